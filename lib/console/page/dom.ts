/** Helpers for elements of the page. */

/** The page and its script are built together, so a missing element is a bug. */
export function byId<E extends Element = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element #${id}`);
  return element as unknown as E;
}

export function createElement(
  name: string,
  className = '',
  ...content: (Node | string)[]
): HTMLElement {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.append(...content);
  return element;
}

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/** An icon of the sprite in the page. */
export function createIcon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG_NAMESPACE, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG_NAMESPACE, 'use'));
  setIcon(svg, name);
  return svg;
}

export function setIcon(svg: Element, name: string): void {
  const use = svg.firstElementChild;
  if (use?.getAttribute('href') !== `#${name}`) use?.setAttribute('href', `#${name}`);
}

/** Writes changed text only: every write costs a layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** `aria-disabled` keeps the focus on the button; `disabled` would remove it. */
export function setEnabled(button: HTMLElement, enabled: boolean): void {
  button.setAttribute('aria-disabled', String(!enabled));
}

export const isEnabled = (button: HTMLElement): boolean =>
  button.getAttribute('aria-disabled') !== 'true';
