/** Boxes that the arrow keys scroll: they can get the focus while their content is larger than they are. */

/** Follows the size of the box and of its content. */
export function setUpScrolling(box: HTMLElement): void {
  const update = () => {
    const isLarger = box.scrollHeight > box.clientHeight + 1;
    if (isLarger) box.tabIndex = 0;
    else if (document.activeElement !== box) box.removeAttribute('tabindex');
  };
  const observer = new ResizeObserver(update);
  observer.observe(box);
  for (const child of box.children) observer.observe(child);
}
