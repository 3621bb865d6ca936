import { describeInBrowser } from '../../support/browser';
import { type ConsolePage, openConsole } from '../../support/console-page';
import { GUARD_MS } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

/** The contrast of each piece of text in the terminal, as it is drawn: the colour may be transparent. */
const CONTRASTS = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parts = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const linear = (value) => value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const groundOf = (element) => { for (let at = element; at; at = at.parentElement) { const found = parts(getComputedStyle(at).backgroundColor); if (found[3] === 255) return found; } };
  return [...document.querySelectorAll('.xterm-rows span')].filter(({ textContent }) => textContent.trim() !== '').map((span) => {
    const ground = groundOf(span);
    const { color } = getComputedStyle(span);
    const [, alpha = '1'] = /^rgba\\(.*, ([\\d.]+)\\)$/.exec(color) ?? [];
    const opaque = parts(color.replace(/^rgba\\((.*), [\\d.]+\\)$/, 'rgb($1)'));
    const drawn = opaque.map((value, at) => value * Number(alpha) + ground[at] * (1 - Number(alpha)));
    const [a, b] = [luminance(drawn), luminance(ground)].sort((x, y) => y - x);
    return [span.textContent, (a + 0.05) / (b + 0.05)];
  });
})()`;

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
/** All kinds of colours, normal, dim, and dim in the other order. */
const COLOURS = [
  '0',
  ...range(30, 37),
  ...range(90, 97),
  '38;5;0',
  '38;5;17',
  '38;5;52',
  '38;5;236',
  '38;5;250',
  '38;2;40;40;60',
  '38;2;200;200;190',
].map(String);
const SCRIPT = COLOURS.map(
  (colour) =>
    String.raw`\033[${colour}ma${colour}\033[0m \033[${colour};2mb${colour}\033[0m \033[2m\033[${colour === '0' ? 39 : colour}mc${colour}\033[0m \033[1;2;${colour === '0' ? 39 : colour}md${colour}\033[0m\n`,
).join('');

/** The position of the sign after each line, in columns of the terminal. */
const columns = (console_: ConsolePage, sign: string) =>
  console_.evaluate<number[]>(`(() => {
    const rows = [...document.querySelectorAll('.xterm-rows > div')];
    const cell = document.querySelector('.xterm-rows').getBoundingClientRect();
    const range = document.createRange();
    const left = (row, at) => { const walk = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) { const index = node.data.indexOf(at);
        if (index >= 0) { range.setStart(node, index); range.setEnd(node, index + 1); return range.getBoundingClientRect().left - cell.left; } } };
    const unit = left(rows[0], '${sign}') / 10;
    return rows.map((row) => left(row, '${sign}')).filter((x) => x !== undefined).map((x) => Math.round(x / unit * 10) / 10);
  })()`);

describeInBrowser('the text of the terminal', () => {
  test.each(['light', 'dark'] as const)(
    '%s: dim text and all other text has a contrast of 4.5',
    async (colorScheme) => {
      const console_ = await openConsole({ colorScheme, viewport: { width: 1280, height: 1100 } });
      await console_.run(
        `printf '${SCRIPT}'; printf '\\033[2mdim error\\033[0m\\n' >&2; echo over`,
      );
      await console_.sees('over');
      await console_.sees('dim error');
      const contrasts = await console_.evaluate<[string, number][]>(CONTRASTS);
      expect(contrasts.length).toBeGreaterThan(3 * COLOURS.length);
      expect(contrasts.filter(([, ratio]) => !(ratio >= 4.49))).toEqual([]);
    },
  );

  test('dim text differs from other text', async () => {
    const console_ = await openConsole({ colorScheme: 'dark' });
    await console_.run(String.raw`printf 'normal \033[2mfaint\033[22m after\n'`);
    await console_.sees('after');
    const [normal, faint, after] = await console_.evaluate<string[]>(
      `['normal', 'faint', 'after'].map((word) => getComputedStyle([...document.querySelectorAll('.xterm-rows span')].find(({ textContent }) => textContent.includes(word))).color)`,
    );
    expect(faint).not.toBe(normal);
    expect(after).toBe(normal);
  });

  test('wide characters and emoji take two columns', async () => {
    const console_ = await openConsole();
    const lines = [
      '0123456789|',
      '日本語テス|',
      '한국어 abc|',
      '😀😀👍🚀✅|',
      'ｆｕｌｌ  |',
      'e\u0301a\u030023456789|',
    ];
    // The last line has two combining characters, which take no column.
    await console_.run(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}; echo over`);
    await console_.sees('over');
    const found = await columns(console_, '|');
    expect(found).toHaveLength(lines.length);
    expect(found.every((column) => Math.abs(column - 10) <= 0.2)).toBe(true);
  });
});
