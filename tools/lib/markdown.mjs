// Links in Markdown pages, and the anchors that a link can name.

/** The targets of a page's links and pictures, without other sites: `{ file, anchor }`, where either can be empty. */
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

/** The headings, named as GitHub names them, and the elements with an `id`. */
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

/** Inline code is part of a heading's name and contains no link. */
const inline = (code) => code.replace(/[`[\]()<>]/g, '');

const slugOf = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replace(/ /g, '-');
