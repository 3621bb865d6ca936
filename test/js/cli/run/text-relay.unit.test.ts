import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionLine, OutputStream } from 'escher-execution-engine';
import type { Display } from '../../../../lib/cli/run/display';
import { OutputMeter } from '../../../../lib/cli/run/output-meter';
import { TextRelay } from '../../../../lib/cli/run/text-relay';

/** A display on pipes, and the text that was written to it. */
function fakeDisplay() {
  const written: Record<OutputStream, string> = { stdout: '', stderr: '' };
  const display = {
    sinks: { stdout: { isFull: false }, stderr: { isFull: false } },
    isTerminal: { stdout: false, stderr: false },
    write: (stream: OutputStream, text: string) => {
      written[stream] += text;
    },
  };
  return { written, display: display as unknown as Display };
}

const piece = (stream: OutputStream, line: string, partial: boolean): ExecutionLine =>
  ({ stream, line, partial, seq: 0 }) as ExecutionLine;

describe('output as text', () => {
  test('contains each unfinished piece one turn later, also when they never pause', async () => {
    const { written, display } = fakeDisplay();
    const relay = new TextRelay(display, new OutputMeter(0));
    for (let count = 1; count <= 100; count++) {
      relay.take(piece('stdout', '.', true));
      await nextTurn();
      await nextTurn();
      expect(written.stdout).toBe('.'.repeat(count));
    }
  });

  test('contains the newline of a finished line while the other stream never pauses', async () => {
    const { written, display } = fakeDisplay();
    const relay = new TextRelay(display, new OutputMeter(0));
    relay.take(piece('stdout', 'done', false));
    for (let count = 0; count < 30 && written.stdout !== 'done\n'; count++) {
      relay.take(piece('stderr', '.', true));
      await sleep(1);
    }
    expect(written.stdout).toBe('done\n');
  });

  test('joins the pieces of a line', async () => {
    const { written, display } = fakeDisplay();
    const relay = new TextRelay(display, new OutputMeter(0));
    relay.take(piece('stdout', 'a', true));
    relay.take(piece('stdout', 'b', false));
    relay.take(piece('stdout', 'c', true));
    await nextTurn();
    await nextTurn();
    expect(written.stdout).toBe('ab\nc');
  });
});
