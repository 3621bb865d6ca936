// Every run proves that its work was done: it compares what it found with what it expects, and a difference ends the
// benchmark.

export function expectEqual(what, found, expected) {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}

/** Waits until `isTrue()`. Throws after `seconds`, which ends the benchmark. */
export async function until(what, isTrue, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
