// The notes that the table prints for a figure that misses its target: what bounds it and what was tried. Keyed by the id
// of the figure. docs/performance.md has the details.

const wakeUps =
  'a launch wakes three threads (spawn, io, JavaScript), a bare loop wakes one. Tried: one io_context per io thread (5.2 to 2.9 context switches), permits without the spawn thread, starts that wait for the next record; this reduced 53 system calls to 41, the bare calls need 14.';
const commands =
  '/bin/true itself takes 640 us of CPU, half of it the dynamic loader, on the same two processors.';
const pipeBound =
  'the pipe is the limit: at 1 GB/s a bare loop of read is as fast. child_process reads from a socket pair, which the kernel moves in larger pieces. Tried: blocks instead of lines, known line ends (half the time of split), larger pipes.';
const awaitBound =
  'a for await loop over a resolved promise makes 9 to 15 M turns/s on this machine, whatever the iterator does. Lines are cut one by one on request.';
const keptByDefault =
  'the engine keeps 10 MiB of the stream for the result and converts it into a string; the split keeps nothing. Compare the rows that keep 64 KiB.';
const coldScript =
  'short runs measure JavaScript that V8 has not compiled: 45 us in each of the first thousand executions. Of 20 000, the later ones take 190 us of CPU.';

const peers =
  'the JavaScript of an execution, and the wake-ups of three threads: docs/performance.md, "Compared with other runtimes".';

/** The launches that are compared with other runtimes miss their targets for the same reason. */
const launches = ['1', '1-busy', '32', '32-busy'].flatMap((kind) =>
  ['bun', 'deno', 'tokio', 'floor'].map((peer) => [`launch-${kind}-${peer}`, peers]),
);

export const notes = {
  ...Object.fromEntries(launches),
  'launch-cpu-bun': peers,
  'launch-js-2000': 'V8 interprets the code of the package before it has compiled it.',
  'launch-1': `one launch at a time waits for every wake-up: ${wakeUps}`,
  'launch-32': commands,
  'launch-32-execa': commands,
  'launch-cpu': coldScript,
  call: `the call copies one request and wakes one thread; it takes about 100 us before V8 has compiled it. ${coldScript}`,
  'call-heap':
    'as for a small heap; spawn() took 250 times as long where the GiB was in small pages, and takes 20 times where it is in huge ones.',
  'beside-1000':
    'clone copies a table of 3000 descriptors, and the kernel walks longer lists; the CPU time stays within 10 %.',
  require:
    'V8 must scan one script of 190 KB, which is most of the time. Tried: one bundle in place of 24 files, a fifth of the time; without white space a twentieth less; `node:module` loaded later, no difference.',
  start:
    'Node itself takes most of it, including its loader for ES modules. Tried: one bundle, and a require in the ES module wrapper: 23 to 8 ms.',
  'launch-heap':
    'child_process copies page tables: in small pages it launched 36 to 76 times fewer, in huge pages 5 times. The engine launches as fast as without the GiB.',
  'beside-1000-cpu':
    'clone copies a table of 3000 descriptors. A shared table that the child leaves (CLOSE_RANGE_UNSHARE) cannot be used: the ends of its pipes may be anywhere in it.',
  'retention-pass':
    '82 to 122 ms between runs. Tried: collecting only one slice of the due records at a time; collecting all of them for each slice was quadratic (460 to 546 ms).',
  'lines-short':
    'V8 is the limit: 24 ns per line for the string and its element in the array. Tried: one string and known line ends instead of split (twice as fast), batches of 64 instead of 256 KiB.',
  'lines-100': pipeBound,
  'lines-100-readline': pipeBound,
  'line-iterator': awaitBound,
  'line-iterator-execa': awaitBound,
  'peak-short': keptByDefault,
  'peak-100': keptByDefault,
  'peak-short-stream':
    'up to 2 MiB are queued between the threads, and the young generation of V8 grows with the rate of lines.',
  'peak-100-stream': 'up to 2 MiB are queued between the threads.',
  keep: 'both keep every byte and pay for fresh pages. Tried: blocks that realloc moves (from 0.5 times), reads directly into them, larger pipes; huge pages, which mremap splits again.',
};
