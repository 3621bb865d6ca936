import { Bridge, connectedPair } from '../../support/bridge';
import { sh } from '../../support/commands';
import { rejection } from '../../support/expectations';

const patterned = sh('echo 50%', { progress: { pattern: /(\d+)%/ } });
const REFUSAL = {
  code: 'ERR_INVALID_ARG_VALUE',
  message:
    'The "request.progress.pattern" property is not accepted: the host has not set the option "allowProgressPatterns"',
};

describe('a request with a progress pattern', () => {
  test('is refused by serveBridge(), and runs nothing', async () => {
    const { client, engine } = await connectedPair();
    expect(await rejection(client.execute(patterned))).toMatchObject(REFUSAL);
    expect(await rejection(client.run(patterned).result)).toMatchObject(REFUSAL);
    expect(await engine.listExecutions()).toEqual([]);
    expect((await client.run({ ...patterned, progress: true })).status).toBe('completed');
  });

  test('is accepted with allowProgressPatterns', async () => {
    const { client } = await connectedPair({}, { allowProgressPatterns: true });
    expect((await client.run(patterned)).status).toBe('completed');
  });

  test.each([
    [[], 'error'],
    [['--progress-patterns'], 'result'],
  ])('is a line without a type for the program with %j: answered by %s', async (args, type) => {
    const bridge = new Bridge([...args, '--wait']).read();
    bridge.send({ ...sh('echo 50%'), progress: { pattern: '(\\d+)%' } });
    bridge.child.stdin?.end();
    await bridge.ended;
    expect(bridge.messages.at(-1)).toMatchObject({ type });
    const switches = JSON.stringify(bridge.messages).match(/the bridge runs without [-\w]+/g);
    expect(switches).toEqual(
      type === 'error' ? ['the bridge runs without --progress-patterns'] : null,
    );
  });
});
