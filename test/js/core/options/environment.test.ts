import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { tempDir } from '../../support/temp';

describe('environment', () => {
  test('is added to the inherited one', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('echo "$ADDED:$HOME"', { env: { ADDED: 'yes' } }));
    expect(result.stdout).toBe(`yes:${process.env.HOME ?? ''}\n`);
  });

  test('null and undefined remove a name', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      sh('printenv HOME || echo no HOME; printenv OTHER || echo no OTHER', {
        env: { HOME: null, OTHER: undefined },
      }),
    );
    expect(result.stdout).toBe('no HOME\nno OTHER\n');
  });

  test('extendEnv: false replaces it', async () => {
    const engine = makeEngine();
    const { stdout } = await engine.run(
      exec('/usr/bin/env', [], { env: { ONLY: 'this' }, extendEnv: false }),
    );
    expect(stdout).toMatch(/^ONLY=this\nEXEC_ENGINE_ID=[-/0-9a-f]+\n$/);
  });

  test('is that of the host at the time of the call', async () => {
    // In a separate host process, since Jest gives tests a copy of the environment.
    expect(await reportOf('late-environment.cjs')).toEqual(['set late\n', 'gone\n']);
  });

  test('values reach the child byte for byte', async () => {
    const engine = makeEngine();
    const value = 'a=b "c" $d\n\té€😀';
    const { stdout } = await engine.run(sh('printf %s "$VALUE"', { env: { VALUE: value } }));
    expect(stdout).toBe(value);
  });
});

describe('working directory', () => {
  test('is a path', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    expect((await engine.run(sh('pwd -P', { workingDir: dir }))).stdout).toBe(`${dir}\n`);
  });

  test('is a file: URL', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    const url = new URL(`file://${dir}/`);
    expect((await engine.run(sh('pwd -P', { workingDir: url }))).stdout).toBe(`${dir}\n`);
  });

  test('refuses other URLs', async () => {
    const engine = makeEngine();
    const error = await rejection(
      engine.execute(sh('pwd', { workingDir: new URL('https://example.com/') })),
    );
    expect(error).toBeInstanceOf(Error);
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('is where a relative program is looked up', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    writeFileSync(join(dir, 'here'), '#!/bin/sh\necho found\n', { mode: 0o755 });
    expect((await engine.run(exec('./here', [], { workingDir: dir }))).stdout).toBe('found\n');
  });
});
