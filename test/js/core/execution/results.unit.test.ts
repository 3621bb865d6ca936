import { randomUUID } from 'node:crypto';
import type { ExecutionEmitter } from '../../../../lib/core/events/emitter';
import { ExecutionState } from '../../../../lib/core/execution/execution-state';
import { longestText, withOutput } from '../../../../lib/core/execution/results';
import type { NativeEngine } from '../../../../types/native';
import { node } from '../../support/commands';
import { makeEngine } from '../../support/engine';

describe('output above the maximum length of a string', () => {
  test.each([
    ['abc', 3, 'abc', false],
    ['abcd', 3, 'abc', true],
    ['aäb', 2, 'a', true],
    ['aäb', 3, 'aä', true],
    ['a€', 3, 'a', true],
    ['😀', 3, '', true],
  ])('%j is cut to at most %d bytes: %j', (whole, most, text, isCut) => {
    expect(longestText(Buffer.from(whole), most)).toEqual({ text, isCut });
  });

  test('is decoded from the bytes', async () => {
    const outcome = await makeEngine().run(
      node('process.stdout.write("out"); process.stderr.write("err")'),
    );
    const bytes = [Buffer.from('out'), Buffer.from('err')];
    const native = {
      output: (_: string, encoding: string) => (encoding === 'utf8' ? [null, 'err'] : bytes),
    };
    const result = { ...outcome, stdout: '', stderr: '' };
    expect(withOutput(result, native as unknown as NativeEngine)).toEqual(outcome);
  });
});

test('a result whose output does not fit into memory is settled without it', async () => {
  const state = new ExecutionState(randomUUID(), {} as ExecutionEmitter);
  const outcome = await makeEngine().run(node('process.stdout.write("out")'));
  state.isAdmitted = true;
  state.finishAs(outcome);
  const native = {
    output: () => {
      throw new RangeError('Array buffer allocation failed');
    },
  };
  const result = state.readResult(native as unknown as NativeEngine);
  expect(result).toEqual({ ...outcome, stdout: '', outputDropped: true });
});
