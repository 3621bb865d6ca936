// All workloads and figures. A workload:
//
//   full, smoke    its sizes
//   byName         a smoke run leaves it out, unless it is named
//   contenders     { name: (size, inputs) => numbers }; each run has its own process, and throws if a part of the work
//                  was not done. The name of a runtime (Bun, Deno) is also the program that runs it
//   programs       { name: { peer, args, numbers } }: runs of a program of peers.mjs that is not JavaScript.
//                  `args(size, inputs)` are its arguments, `numbers(output, size, inputs)` its numbers
//   busy           another process keeps a core busy
//   rounds         it runs in the first rounds only, because it is long and its figures have no contender
//
// A figure is one row of the first table, with a target: see figure.mjs. A comparison is one row of the tables after
// it, with all contenders: see comparisons.mjs.
import * as call from './call.mjs';
import * as early from './early.mjs';
import * as keep from './keep.mjs';
import * as latency from './latency.mjs';
import * as launch from './launch.mjs';
import * as lines from './lines.mjs';
import * as memory from './memory.mjs';
import * as retention from './retention.mjs';
import * as scale from './scale.mjs';
import * as start from './start.mjs';

const modules = [launch, early, call, lines, keep, memory, latency, retention, scale, start];
export const workloads = Object.assign({}, ...modules.map((group) => group.workloads));
export const figures = modules.flatMap((group) => group.figures);
export const comparisons = modules.flatMap((group) => group.comparisons ?? []);
export const threads = modules.flatMap((group) => group.threads ?? []);

const named = { call, lines, keep, memory, latency, retention, scale, start };
const namesOf = ({ workloads: own }) => Object.keys(own);
/** The names of the workloads that `--only` selects. */
export const groups = {
  launch: [launch, early].flatMap(namesOf),
  ...Object.fromEntries(Object.entries(named).map(([name, group]) => [name, namesOf(group)])),
};
