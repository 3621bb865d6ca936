// What the table says below a figure that misses its target: what was tried and what bounds it. By the id of the figure.
// More of it in docs/performance.md.

const wakeUps =
  'three threads are woken for a launch (spawn, io, JavaScript), a bare loop wakes one. Tried: a context for each io thread (5.2 to 2.9 switches), permits without the spawn thread, starts that wait for the next record; 53 system calls became 41, the bare calls need 14.';
const commands =
  '/bin/true itself is 640 us of CPU, half of it the dynamic loader; the bare system calls reach about 3.4 times child_process here, so 3.6 times is beyond them.';
const pipeBound =
  'the pipe: at 1 GB/s a bare loop of read is as fast. child_process reads from a socket pair, which the kernel moves in larger pieces. Tried: blocks instead of lines, known line ends (half the time of split), larger pipes.';
const awaitBound =
  'a for await loop over a ready promise makes 9 to 15 M turns/s on this machine, so this is out of reach of any iterator. Lines are cut one by one as they are asked for.';
const keptByDefault =
  'the engine keeps 10 MiB of the stream for the result and makes a string of it; the split keeps nothing. Compare the rows that keep 64 KiB.';
const coldScript =
  'short runs measure JavaScript that V8 has not compiled: 45 us of each of the first thousand executions. Of 20 000, the later ones take 190 us of CPU.';

export const notes = {
  'launch-1': `one after the other, every wake-up is waited for: ${wakeUps}`,
  'launch-32': commands,
  'launch-32-execa': `${commands} Against execa that is about 6 times.`,
  'launch-32-floor': wakeUps,
  'launch-32-floor-2': `${wakeUps} Two threads of bare calls share one launch each.`,
  'launch-cpu': coldScript,
  call: `one request copied, one thread woken, about 100 us before V8 has compiled it. ${coldScript}`,
  'call-heap': 'as above; spawn() is 250 times as long, and both move with the machine.',
  'beside-1000':
    'clone copies a table of 3000 descriptors, and the kernel walks longer lists; the CPU beside it stays within 10 %.',
  require:
    'one script of 70 KB, which V8 has to scan. Tried: one bundle in place of 24 files, a fifth of the time.',
  start:
    'Node itself, its loader for ES modules included. Tried: one bundle, and a require in the ES face: 23 to 8 ms.',
  'launch-heap':
    'both sides move with the machine, from 36 to 76 times in single rounds; the engine launches as fast as without the GiB.',
  'beside-1000-cpu':
    'clone copies a table of 3000 descriptors. A shared table that the child leaves (CLOSE_RANGE_UNSHARE) cannot be used: the ends of its pipes lie anywhere in it.',
  'retention-pass':
    '82 to 122 ms between runs. Tried: slices of what is due in place of all of it for each slice, which was quadratic (460 to 546 ms).',
  'lines-short':
    'V8: 24 ns a line for the string and its place in the array. Tried: one string and known ends instead of split (twice as fast), batches of 64 instead of 256 KiB.',
  'lines-100': pipeBound,
  'lines-100-readline': pipeBound,
  'line-iterator': awaitBound,
  'line-iterator-execa': awaitBound,
  'peak-short': keptByDefault,
  'peak-100': keptByDefault,
  'peak-short-stream':
    'up to 2 MiB wait between the threads, and the young generation of V8 grows with the rate at which lines are made.',
  'peak-100-stream': 'up to 2 MiB wait between the threads.',
  keep: 'both keep every byte and pay for fresh pages. Tried: blocks that realloc moves (from 0.5 times), reads straight into them, larger pipes; huge pages, which mremap splits again.',
};
