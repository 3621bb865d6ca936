// The bare system calls, without any engine: the C++ program `engine_floor` of bench/cpp.
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const inRoot = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** Builds it and returns where it is. It makes system calls of Linux: `undefined` elsewhere. */
export function buildFloor() {
  if (process.platform !== 'linux') return undefined;
  execFileSync(process.execPath, [inRoot('tools/build-native.mjs'), 'bench'], {
    stdio: ['ignore', 2, 2],
  });
  return inRoot('build/release/engine_floor');
}

/** One run of it, as the numbers of a contender. */
export function runFloor(program, { amount, args, scale = 1 }, limits) {
  const output = execFileSync(program, args.map(String), { encoding: 'utf8', ...limits });
  const { seconds, cpuSeconds, perSecond, maxRssMb } = JSON.parse(output);
  // It counts for itself; that it comes out at what was asked for is the proof that the work was done.
  if (!(Math.abs((perSecond * seconds) / amount - 1) < 0.01)) {
    throw new Error(`engine_floor did ${perSecond * seconds} of ${amount}`);
  }
  return {
    perSecond: perSecond * scale,
    seconds,
    cpuSeconds,
    cpuMsPer1000: (cpuSeconds * 1e6) / amount,
    peakMb: maxRssMb,
  };
}
