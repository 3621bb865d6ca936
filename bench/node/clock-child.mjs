// The child of latency.mjs: writes the time of its monotonic clock as a line every 4 ms.
//   node clock-child.mjs <lines>
import { writeSync } from 'node:fs';
import process from 'node:process';

let left = Number(process.argv[2]);
const timer = setInterval(() => {
  writeSync(1, `${process.hrtime.bigint()}\n`);
  left -= 1;
  if (left === 0) clearInterval(timer);
}, 4);
