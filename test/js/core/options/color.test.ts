/** `color` asks a command for colours, or against them; and the lines of a Python script are live. */

import type { ExecutionRequest } from 'escher-execution-engine';
import { exec } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { tempFile } from '../../support/temp';

const NAMES = ['FORCE_COLOR', 'CLICOLOR_FORCE', 'PY_COLORS', 'NO_COLOR', 'TERM'] as const;

type Variables = Partial<Record<(typeof NAMES)[number], string>>;

/** The variables that the command gets. */
async function variables(fields: Partial<ExecutionRequest>): Promise<Variables> {
  const { stdout } = await makeEngine().run(exec('env', [], { extendEnv: false, ...fields }));
  const entries = stdout.split('\n').map((line) => line.split('=', 2) as [string, string]);
  return Object.fromEntries(
    entries.filter(([name]) => (NAMES as readonly string[]).includes(name)),
  );
}

const env = { PATH: process.env.PATH };

test('without color the environment stays as it is', async () => {
  expect(await variables({ env: { ...env, NO_COLOR: '1' } })).toEqual({ NO_COLOR: '1' });
});

test('color: true asks for colours', async () => {
  const asked = { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', PY_COLORS: '1' };
  expect(await variables({ env, color: true })).toEqual({ ...asked, TERM: 'xterm-256color' });
});

test('color: false asks against them', async () => {
  expect(await variables({ env, color: false })).toEqual({
    NO_COLOR: '1',
    PY_COLORS: '0',
    TERM: 'dumb',
  });
});

test('what env names wins', async () => {
  const named = { NO_COLOR: '1', FORCE_COLOR: '3', TERM: 'vt100' };
  expect(await variables({ env: { ...env, ...named }, color: true })).toMatchObject(named);
});

test('a value of another type is rejected by its name', async () => {
  const request = exec('true', [], { color: 'always' as never });
  await expect(makeEngine().execute(request)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringContaining('request.color'),
  });
});

test('the lines of a Python script are live, unless env names the variable', async () => {
  const path = tempFile(
    'live.py',
    'import os, sys\nprint(os.environ.get("PYTHONUNBUFFERED"))\nsys.stdin.readline()\n',
  );
  const engine = makeEngine();
  const run = engine.run({
    command: { type: 'script', path, interpreter: 'python3' },
    stdin: 'pipe',
  });
  // The script waits for its input after the line.
  const { value } = await run[Symbol.asyncIterator]().next();
  expect(value).toMatchObject({ line: '1' });
  await engine.closeInput(run.id);
  await run;
  const named = await engine.run({
    command: { type: 'script', path, interpreter: 'python3' },
    env: { PYTHONUNBUFFERED: '' },
  });
  expect(named.stdout).toBe('\n');
});
