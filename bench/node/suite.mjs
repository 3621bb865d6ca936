// All workloads and figures. A workload:
//
//   full, smoke    its sizes
//   contenders     { name: (size, inputs) => numbers }; each run is a process of its own, and throws when anything of
//                  the work was not done
//   floors         { name: (size, inputs) => { amount, args, scale? } }: runs of the C++ program of bare system calls
//   once           it has its turn in the first round only
//
// A figure is what one row of the table tells of a workload: see figure.mjs.
import * as call from './call.mjs';
import * as keep from './keep.mjs';
import * as latency from './latency.mjs';
import * as launch from './launch.mjs';
import * as lines from './lines.mjs';
import * as memory from './memory.mjs';
import * as retention from './retention.mjs';
import * as scale from './scale.mjs';
import * as start from './start.mjs';

const groups = [launch, call, lines, keep, memory, latency, retention, scale, start];

export const workloads = Object.assign({}, ...groups.map((group) => group.workloads));
export const figures = groups.flatMap((group) => group.figures);
