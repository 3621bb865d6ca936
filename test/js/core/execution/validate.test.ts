import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionEngineApi, ExecutionRequest } from 'escher-execution-engine';
import { createFakeEngine } from 'escher-execution-engine/testing';
import { connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';
import { polluted } from '../../support/pollution';
import { tempDir } from '../../support/temp';

const engines: [string, () => Promise<ExecutionEngineApi>][] = [
  ['an engine', async () => makeEngine({ maxConcurrentExecutions: 1 })],
  [
    'the client of a bridge',
    async () => (await connectedPair({ maxConcurrentExecutions: 1 })).client,
  ],
];

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01';

describe.each(engines)('with %s', (_, open) => {
  test('a valid request starts nothing and leaves nothing', async () => {
    const engine = await open();
    const log = join(tempDir(), 'log');
    const events: string[] = [];
    engine.on('statusChanged', ({ newStatus }) => events.push(newStatus));
    const request = sh('true', { id: ID, outputLogPath: log });
    expect(await engine.validate(request)).toBeUndefined();
    expect(await engine.listExecutions()).toEqual([]);
    expect(await engine.execute(request)).toBe(ID);
    await engine.waitForCompletion(ID);
    expect(events.at(-1)).toBe('completed');
    expect(existsSync(log)).toBe(true);
  });

  test.each<[ExecutionRequest]>([
    [sh(' ')],
    [sh('a', { timeoutMs: 1e9 })],
    [sh('a', { env: { 'A=B': 'c' } })],
    [sh('a', { id: 'x' })],
    [sh('a', { limit: 1 } as object)],
    [exec('no-such-program-anywhere')],
    [exec('/nowhere/secret-word', [], { redact: ['secret-word'] })],
    [sh('a', { workingDir: '/nowhere' })],
    [sh('a', { metadata: { tags: { a: 1 } } } as object)],
    [null as unknown as ExecutionRequest],
  ])('it rejects as execute() does: %#', async (request) => {
    const engine = await open();
    const expected = await rejection(engine.execute(request));
    expect(await rejection(engine.validate(request))).toEqual(expected);
    expect(JSON.stringify(expected)).not.toContain('secret-word');
  });

  test('files can be left out', async () => {
    const engine = await open();
    const later = exec('/nowhere/program', [], { workingDir: '/nowhere' });
    await engine.validate(later, { files: false });
    expect(await rejection(engine.validate({ ...later, timeoutMs: 0 }, { files: false }))).toEqual(
      expect.objectContaining({ reason: 'INVALID_TIMEOUT' }),
    );
  });

  test('a full engine does not matter, an id in use does', async () => {
    const engine = await open();
    const running = engine.run(sh(LONG, { id: ID }));
    await new Promise((resolve) => running.once('started', resolve));
    await engine.validate(sh('true'));
    expect(await rejection(engine.validate(sh('true', { id: ID })))).toMatchObject({
      code: 'ERR_DUPLICATE_ID',
    });
    await running.cancel();
  });

  test('options are checked, and inherit nothing', async () => {
    const engine = await open();
    const files = 'no' as unknown as boolean;
    expect(await rejection(engine.validate(sh('a'), { files }))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('"options.files"'),
    });
    await polluted({ files: false }, async () => {
      expect(await rejection(engine.validate(exec('/nowhere/program')))).toMatchObject({
        reason: 'PROGRAM_NOT_FOUND',
      });
    });
  });

  test('a closed engine says so', async () => {
    const engine = await open();
    await engine.shutdown();
    expect(await rejection(engine.validate(sh('true')))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
  });
});

test('a fake engine checks requests too, and does not answer them', async () => {
  const engine = createFakeEngine({ on: () => ({ stdout: '' }) });
  await engine.validate(exec('/nowhere/program'));
  expect(engine.requests).toEqual([]);
  expect(await rejection(engine.validate(sh('a', { timeoutMs: 0 })))).toMatchObject({
    reason: 'INVALID_TIMEOUT',
  });
});
