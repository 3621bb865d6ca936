/** `capture: 'raw'` over a bridge: only with the consent of the host, and for the connection that asked for it. */

import { randomUUID } from 'node:crypto';
import { Bridge, connectedPair } from '../../support/bridge';
import { sh } from '../../support/commands';
import { present, rejection } from '../../support/expectations';

const SECRET = 'hunter2-and-more';
const raw = sh('a=hunter2; echo "$a-and-more"', { redact: [SECRET], capture: 'raw' });
const REFUSAL = {
  code: 'ERR_INVALID_ARG_VALUE',
  message:
    'The "request.capture" property must be \'redacted\': the host has not set the option "allowRawCapture". Received \'raw\'',
};
const OF_OTHERS = {
  code: 'ERR_INVALID_ARG_VALUE',
  message:
    'The "options.redacted" property must be true for an execution that another connection has started. Received false',
};

describe('a request with a raw capture', () => {
  test('is refused by serveBridge(), and runs nothing', async () => {
    const { client, engine } = await connectedPair();
    expect(await rejection(client.execute(raw))).toMatchObject(REFUSAL);
    expect(await rejection(client.run(raw).result)).toMatchObject(REFUSAL);
    expect(await rejection(client.validate(raw))).toMatchObject(REFUSAL);
    expect(await engine.listExecutions()).toEqual([]);
    expect((await client.run({ ...raw, capture: 'redacted' })).stdout).toBe('***\n');
  });

  test('is refused as a step of a plan', async () => {
    const { client, engine } = await connectedPair();
    const run = client.executePlan({
      strategy: { type: 'serial' },
      commands: [{ name: 'a', ...raw }],
    });
    expect(await rejection(run.result)).toMatchObject(REFUSAL);
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('is accepted with allowRawCapture', async () => {
    const { client } = await connectedPair({}, { allowRawCapture: true });
    const run = client.run(raw);
    expect((await run).stdout).toBe('***\n');
    expect(await client.getResult(run.id)).toMatchObject({ stdout: '***\n' });
    const exact = present(await client.getResult(run.id, { redacted: false }));
    expect(exact).toMatchObject({ stdout: `${SECRET}\n`, stdoutBytes: SECRET.length + 1 });
    const options = { encoding: 'buffer', redacted: false } as const;
    const { stdout } = present(await client.getResult(run.id, options));
    expect(Buffer.from(stdout).toString()).toBe(`${SECRET}\n`);
  });

  test('is accepted as a step of a plan', async () => {
    const { client } = await connectedPair({}, { allowRawCapture: true });
    const plan = await client.executePlan({
      strategy: { type: 'serial' },
      commands: [{ name: 'a', ...raw }],
    });
    const [step] = plan.results;
    const id = present(step).id;
    expect(await client.getResult(id, { redacted: false })).toMatchObject({
      stdout: `${SECRET}\n`,
    });
  });

  test.each([
    [[], 'error'],
    [['--raw-capture'], 'result'],
  ])('is a line without a type for the program with %j: answered by %s', async (args, type) => {
    const bridge = new Bridge([...args, '--wait']).read();
    bridge.send(raw);
    bridge.child.stdin?.end();
    await bridge.ended;
    expect(bridge.messages.at(-1)).toMatchObject({ type });
    const text = JSON.stringify(bridge.messages);
    expect(text.match(/the bridge runs without [-\w]+/g)).toEqual(
      type === 'error' ? ['the bridge runs without --raw-capture'] : null,
    );
    expect(text).not.toContain(SECRET);
  });
});

describe('the exact output', () => {
  test('is not that of executions of the host, attached or not', async () => {
    const { client, engine } = await connectedPair({}, { allowRawCapture: true });
    const { id } = await engine.run(raw);
    expect(await rejection(client.getResult(id, { redacted: false }))).toMatchObject(OF_OTHERS);
    await client.attach(id).result;
    expect(await rejection(client.getResult(id, { redacted: false }))).toMatchObject(OF_OTHERS);
    expect(await client.getResult(id)).toMatchObject({ stdout: '***\n' });
    expect(await engine.getResult(id, { redacted: false })).toMatchObject({
      stdout: `${SECRET}\n`,
    });
  });

  test('is not that of the execution whose id a refused request has', async () => {
    const { client, engine } = await connectedPair({}, { allowRawCapture: true });
    const { id } = await engine.run(raw);
    const invalid = { ...raw, id, timeoutMs: -1 };
    for (const request of [{ ...raw, id }, invalid]) {
      const refused = rejection(client.execute(request));
      const answer = await rejection(client.getResult(id, { redacted: false }));
      expect(answer).toMatchObject({ code: expect.stringMatching(/^ERR_/) });
      expect(answer).not.toHaveProperty('stdout');
      await refused;
      expect(await rejection(client.getResult(id, { redacted: false }))).toMatchObject(OF_OTHERS);
    }
  });

  test('is not found for an unknown id', async () => {
    const { client, engine } = await connectedPair({}, { allowRawCapture: true });
    const id = randomUUID();
    for (const api of [client, engine]) {
      expect(await rejection(api.getResult(id, { redacted: false }))).toMatchObject({
        code: 'ERR_EXECUTION_NOT_FOUND',
        message: `Execution not found: ${id}`,
      });
    }
  });

  test('is not that of an execution which did not ask for it', async () => {
    const { client } = await connectedPair({}, { allowRawCapture: true });
    const { id } = await client.run({ ...raw, capture: 'redacted' });
    expect(await rejection(client.getResult(id, { redacted: false }))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining("without capture: 'raw' in its request"),
    });
  });

  test('is not that of an execution whose id was used again by the host', async () => {
    const { client, engine } = await connectedPair({}, { allowRawCapture: true });
    const { id } = await client.run(raw);
    await engine.removeExecution(id);
    await engine.run({ ...raw, id });
    const answer = await rejection(client.getResult(id, { redacted: false }));
    expect(answer).not.toHaveProperty('stdout');
    expect(answer).toHaveProperty('code');
  });

  test('is that of an execution which runs: null', async () => {
    const { client } = await connectedPair({}, { allowRawCapture: true });
    const run = client.run({ ...raw, ...sh('cat'), stdin: 'pipe', capture: 'raw' });
    await client.getStatus(run.id);
    expect(await client.getResult(run.id, { redacted: false })).toBeNull();
    run.stdin.end();
    await run;
  });

  test('is not that of another connection to a shared engine', async () => {
    const one = await connectedPair({}, { allowRawCapture: true, atEnd: 'leave' });
    const two = await connectedPair({}, { allowRawCapture: true, atEnd: 'leave' }, one.engine);
    const { id } = await one.client.run(raw);
    expect(await one.client.getResult(id, { redacted: false })).toMatchObject({
      stdout: `${SECRET}\n`,
    });
    expect(await rejection(two.client.getResult(id, { redacted: false }))).toMatchObject(OF_OTHERS);
  });
});
