// Links of Markdown pages, and the places in them that a link can name.

/** What the links and pictures of a page lead to, but for other sites: `{ file, anchor }`, both perhaps empty. */
export function linksOf(text) {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)|<img [^>]*src="([^"]+)"/g)];
  return links
    .map(([, link, picture]) => link ?? picture)
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => {
      const [file, anchor = ''] = link.split('#');
      return { file, anchor };
    });
}

/** What may stand behind `#`: headings as GitHub names them, and what has an `id`. */
export function anchorsOf(text) {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id));
  const counts = new Map();
  for (const [, heading] of prose(text).matchAll(/^#{1,6} +(.*?) *#* *$/gm)) {
    const name = slugOf(heading);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    anchors.add(count === 0 ? name : `${name}-${count}`);
  }
  return anchors;
}

const prose = (text) => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, inline);

/** Code in a line is text of a heading, and holds no link. */
const inline = (code) => code.replace(/[`[\]()<>]/g, '');

const slugOf = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replace(/ /g, '-');
