/** What the native binary uses of Boost. */

import { type Check, ok } from './check';

/** `sharedObjects` are the libraries that this process has loaded. */
export function boostCheck(version: string, sharedObjects: readonly string[]): Check {
  // From Boost 1.86 on Boost.Process is a compiled library, which the binary may be linked to.
  const library = sharedObjects.find((file) => /boost_process[^/\\]*$/.test(file));
  const place = library === undefined ? 'compiled in' : `Boost.Process from ${library}`;
  return ok({ id: 'boost', name: 'Boost', value: `${version}: Asio, Process v2, ${place}` });
}
