/** Short names for what is done to elements again and again. */

/** The element of that id. The page and its script are built together, so it is there. */
export function byId<E extends Element = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as unknown as E;
}

/** A new element with a class, and text or children. */
export function make(name: string, className = '', ...content: (Node | string)[]): HTMLElement {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.append(...content);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An icon of the sprite in the page. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'use'));
  setIcon(svg, name);
  return svg;
}

export function setIcon(svg: Element, name: string): void {
  const use = svg.firstElementChild;
  if (use?.getAttribute('href') !== `#${name}`) use?.setAttribute('href', `#${name}`);
}

/** Writes only what is new: every write costs a layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button that cannot be used now keeps the focus, which `disabled` would throw away. */
export function setEnabled(button: HTMLElement, enabled: boolean): void {
  button.setAttribute('aria-disabled', String(!enabled));
}

export const isEnabled = (button: HTMLElement): boolean =>
  button.getAttribute('aria-disabled') !== 'true';
