/** Sets a property of the object itself. An assignment would call a setter that the object inherits. */
export function setOwn(object: object, name: string, value: unknown): void {
  // A descriptor inherits too.
  const property = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  Object.defineProperty(object, name, property as PropertyDescriptor);
}

/** As {@link setOwn}, for all own properties of `properties`. `Object.assign` would call inherited setters. */
export function setAllOwn<T extends object, P extends object>(object: T, properties: P): T & P {
  for (const name of Object.keys(properties)) setOwn(object, name, properties[name as keyof P]);
  return object as T & P;
}
