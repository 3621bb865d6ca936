import type { Execution } from 'escher-execution-engine';
import { exec } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { waitFor } from '../../support/wait';

/** Writes `text` every few milliseconds, without a newline and without a pause, until its stdin ends. */
function endless(text: string) {
  const script = `let n = 0; setInterval(() => process.stdout.write(${text}), 5);
    process.stdin.on('end', () => process.exit()).resume()`;
  return exec(process.execPath, ['-e', script], {
    stdin: 'pipe',
    progress: { pattern: /(\d+)%/ },
  });
}

/** What the reader of each kind gets first, while the command runs. */
function firsts(run: Execution): Record<string, unknown> {
  const first: Record<string, unknown> = {};
  run.once('output', (event) => {
    first.event = event;
  });
  run.once('progress', (event) => {
    first.progress = event;
  });
  void run[Symbol.asyncIterator]()
    .next()
    .then(({ value }) => {
      first.item = value;
    });
  run.readable().once('data', (chunk) => {
    first.chunk = chunk;
  });
  return first;
}

describe('an unfinished line that never falls silent', () => {
  test.each([
    ['dots', "'.'", ['chunk', 'event', 'item']],
    ['a bar', "'\\r' + (n = (n + 1) % 100) + '%'", ['chunk', 'event', 'item', 'progress']],
    [
      'a progress sequence',
      "'\\x1b]9;4;1;' + (n = (n + 1) % 100) + '\\x07'",
      ['chunk', 'event', 'item', 'progress'],
    ],
  ])('reaches every reader while the command runs: %s', async (_kind, text, expected) => {
    const run = makeEngine().run(endless(text));
    const first = firsts(run);
    await waitFor(`${expected}`, () => Object.keys(first).length === expected.length);
    expect(Object.keys(first).sort()).toEqual(expected);
    run.stdin.end();
    expect(await run).toMatchObject({ status: 'completed' });
  });
});
