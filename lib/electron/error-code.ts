/** The `code` of an error, for the main process and for preload scripts, which contain no other part of the package. */

/** Defined: an assignment would call a setter that `Object.prototype` may have. */
export function withCode<E extends Error>(error: E, code: string): E {
  return Object.defineProperty(error, 'code', {
    // Without a prototype, from which it could inherit a getter.
    __proto__: null,
    value: code,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}
