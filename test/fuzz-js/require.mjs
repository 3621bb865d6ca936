// The assertion of the fuzz targets.

/** `what` names the condition. `shown` is printed with a violation. */
export function require(holds, what, shown) {
  if (holds) return;
  const more = shown === undefined ? '' : `: ${JSON.stringify(shown)}`;
  throw new Error(`does not hold: ${what}${more}`);
}

const names = (object) => Reflect.ownKeys(object).map(String).join();
const BUILT_IN = [Object.prototype, Array.prototype, Function.prototype, Object];
const BEFORE = BUILT_IN.map(names);

/** No input has changed the built-in prototypes. */
export function requireNoPollution() {
  BUILT_IN.forEach((object, index) => {
    require(names(object) === BEFORE[index], 'the built-in prototypes are unchanged', names(
      object,
    ));
  });
}
