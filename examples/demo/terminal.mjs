// Output of the demo: colours on a terminal, plain text for a pipe or a file.
import process from 'node:process';

const wantsColour = () => {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0';
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb';
};
const colour = wantsColour();
const paint = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : String(text));

export const bold = paint('1');
export const dim = paint('2');
export const red = paint('31');
export const green = paint('32');
export const yellow = paint('33');
export const cyan = paint('36');

const width = () => Math.max(60, Math.min(process.stdout.columns ?? 100, 120));

export const print = (text = '') => process.stdout.write(`${text}\n`);

export function heading(number, title, explanation) {
  print();
  print(`${cyan(String(number).padStart(2))}  ${bold(title)}`);
  print(`    ${dim(explanation)}`);
}

/** Prints the lines of one execution as they arrive, stderr in another colour. */
export function outputPrinter() {
  return ({ stream, lines }) => {
    const style = stream === 'stderr' ? yellow : (text) => text;
    for (const line of lines) print(`    ${dim('│')} ${style(clip(line, width() - 8))}`);
  };
}

export function note(text) {
  print(`    ${dim('·')} ${text}`);
}

export function verdict(problem, text) {
  print(`    ${problem ? red(`✗ ${problem}`) : green(`✓ ${text}`)}`);
}

/** Columns are `{ title, right?, style? }`; rows are arrays of plain strings without escape sequences. */
export function table(columns, rows) {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index].length)),
  );
  const cell = (text, index) =>
    columns[index].right ? text.padStart(widths[index]) : text.padEnd(widths[index]);
  print(`  ${columns.map(({ title }, index) => bold(cell(title, index))).join('  ')}`);
  print(`  ${dim(widths.map((size) => '─'.repeat(size)).join('──'))}`);
  for (const row of rows) {
    const cells = row.map((text, index) => {
      const style = columns[index].style ?? ((plain) => plain);
      return style(cell(text, index), text);
    });
    print(`  ${cells.join('  ')}`);
  }
}

export function clip(text, size) {
  return text.length <= size ? text : `${text.slice(0, size - 1)}…`;
}

export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export function formatMs(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
