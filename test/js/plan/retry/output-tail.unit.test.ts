import { OutputTail, tailOf } from '../../../../lib/plan/retry/output-tail';
import { resultOf } from '../../support/fake-engine';

const KEPT = 65_536;

const event = (lines: string[], partial = false) => ({
  executionId: '',
  timestamp: 0,
  key: null,
  stream: 'stdout' as const,
  lines,
  firstSeq: 0,
  partial,
});

test('the tail of a text has 64 KiB of its bytes', () => {
  expect(tailOf('short')).toBe('short');
  expect(tailOf(`${'x'.repeat(9)}${'y'.repeat(KEPT)}`)).toBe('y'.repeat(KEPT));
  expect(Buffer.byteLength(tailOf('é'.repeat(KEPT)))).toBe(KEPT);
});

test('output within its limit is taken from the result', () => {
  const tail = new OutputTail();
  tail.take(event(['other']));
  expect(tail.of(resultOf({ stdout: 'out', stderr: 'err' }))).toEqual(['err', 'out']);
});

test.each([{ stdoutTruncated: true }, { outputDropped: true }])(
  'the end of output with %p is taken from the events',
  (fields) => {
    const tail = new OutputTail();
    tail.take(event(['a', 'b']));
    tail.take(event(['c'], true));
    tail.take(event(['d']));
    expect(tail.of(resultOf({ stdout: 'start', ...fields }))[1]).toBe('a\nb\ncd\n');
  },
);

test('the end is found behind a flood', () => {
  const tail = new OutputTail();
  for (let i = 0; i < 40; i++) tail.take(event(['x'.repeat(20_000)]));
  tail.take(event(['the end']));
  const text = tail.of(resultOf({ stdoutTruncated: true }))[1] as string;
  expect(text).toHaveLength(KEPT);
  expect(text.endsWith('x\nthe end\n')).toBe(true);
});
