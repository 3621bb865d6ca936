/** The `name` of error classes. */

/**
 * Sets `name` on the prototype, so that an instance has no own property for it. The name of the class
 * itself is not reliable: a bundler may rename the class.
 */
export function nameErrors(type: { prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', {
    // Without a prototype, from which it could inherit a getter.
    __proto__: null,
    value: name,
    configurable: true,
    writable: true,
  } as PropertyDescriptor);
}
