// A number never comes from work that was not done: every run says what it found, and a difference ends the benchmark.

export function expectEqual(what, found, expected) {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}

/** Waits for a fact. One that does not come within the time ends the benchmark, it is not waited for for ever. */
export async function until(what, isTrue, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
