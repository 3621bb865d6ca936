import type { ExecutionLine } from 'escher-execution-engine';
import type { Display } from '../../../../lib/cli/run/display';
import { JsonRelay } from '../../../../lib/cli/run/json-relay';
import { OutputMeter } from '../../../../lib/cli/run/output-meter';

test('an unfinished line ends its batch, also when its rest follows immediately', async () => {
  const written: string[] = [];
  const display = {
    sinks: { stdout: { isFull: false } },
    write: (_: string, text: string) => written.push(text),
  };
  const relay = new JsonRelay(display as unknown as Display, new OutputMeter(0), 'id');
  const pieces = [
    ['stdout', 'a', true],
    ['stdout', 'b', false],
    ['stdout', 'c', false],
    ['stderr', 'd', false],
  ] as const;
  for (const [seq, [stream, line, partial]] of pieces.entries()) {
    relay.take({ stream, line, partial, seq } as ExecutionLine);
  }
  await relay.finish();
  expect(written.map((text) => JSON.parse(text) as object)).toMatchObject([
    { stream: 'stdout', lines: ['a'], firstSeq: 0, partial: true },
    { stream: 'stdout', lines: ['b', 'c'], firstSeq: 1, partial: false },
    { stream: 'stderr', lines: ['d'], firstSeq: 3, partial: false },
  ]);
});
