// The assertion of the fuzz targets.

/** `what` says what holds, or does not. `shown` is for whoever looks into it. */
export function require(holds, what, shown) {
  if (holds) return;
  const more = shown === undefined ? '' : `: ${JSON.stringify(shown)}`;
  throw new Error(`does not hold: ${what}${more}`);
}

const names = (object) => Reflect.ownKeys(object).map(String).join();
const BUILT_IN = [Object.prototype, Array.prototype, Function.prototype, Object];
const BEFORE = BUILT_IN.map(names);

/** Nothing that was read has reached what all objects share. */
export function requireNoPollution() {
  BUILT_IN.forEach((object, index) => {
    require(names(object) === BEFORE[index], 'what all objects share is as before', names(object));
  });
}
