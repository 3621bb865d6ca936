/** The names that errors are printed with. */

/**
 * On the prototype, so that it is no property of each error. Not in the class: a class that names
 * itself gets another name when it is bundled, and errors are printed with that of their class.
 */
export function nameErrors(type: { prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  });
}
