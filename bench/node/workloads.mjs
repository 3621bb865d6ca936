// What is measured. `size` is the number of launches or of lines; `measure` does it all once and throws when anything
// is missing, so a number never comes from work that was not done.

export const workloads = {
  'spawn-1': {
    title: 'launch /bin/true, one at a time',
    unit: 'launches/s',
    size: { full: 300, smoke: 15 },
    measure: (contender, size) => launch(contender, size, 1),
  },
  'spawn-32': {
    title: 'launch /bin/true, 32 at a time',
    unit: 'launches/s',
    size: { full: 1000, smoke: 64 },
    measure: (contender, size) => launch(contender, size, 32),
  },
  stream: {
    title: 'read the lines of seq',
    unit: 'lines/s',
    size: { full: 2_000_000, smoke: 20_000 },
    async measure(contender, size) {
      const lines = await contender.stream(size);
      if (lines !== size) throw new Error(`${lines} of ${size} lines`);
    },
  },
};

async function launch(contender, size, concurrency) {
  let left = size;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await contender.spawn();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
