// Installations without the binary, or with one for another machine: the error must name the fix.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const PROGRAM = `try {
  new (require('escher-execution-engine').ExecutionEngine)();
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}`;

/** `online` is a sandbox with a registry; `here` and `elsewhere` are the names of two platform packages in it. */
export async function checkFailures({
  report,
  online,
  offline,
  mainTarball,
  here,
  elsewhere,
  foreign,
}) {
  await report.check('without the platform package: nothing but the main tarball', async () => {
    const project = offline.project('main-only');
    await offline.npm(project, 'install', '--ignore-scripts', mainTarball);
    await expectCure(offline, project, [
      `Cannot find module '${here}'`,
      'npm install --include=optional',
      'npm run build',
    ]);
  });

  await report.check('without optional dependencies: npm install --omit=optional', async () => {
    const project = online.project('omitted');
    await online.npm(project, 'install', '--omit=optional', 'escher-execution-engine');
    await expectCure(online, project, [
      `Cannot find module '${here}'`,
      'npm install --include=optional',
    ]);
  });

  await report.check(`node_modules from another system: ${elsewhere} alone`, async () => {
    const project = online.project('elsewhere');
    const { os, cpu, libc } = foreign;
    const target = [`--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`];
    await online.npm(project, 'install', ...target, 'escher-execution-engine');
    await expectCure(online, project, [`Installed is ${elsewhere}`, 'comes from another system']);
  });

  await report.check('a binary that does not load', async () => {
    const project = online.project('broken');
    await online.npm(project, 'install', 'escher-execution-engine');
    const binary = path.join(project, 'node_modules', here, 'escher_execution_engine.node');
    rmSync(binary);
    writeFileSync(binary, 'not a binary');
    await expectCure(online, project, [
      `tried: ${here}`,
      'escher_execution_engine.node',
      'Install it again',
      'npm run build',
    ]);
  });
}

async function expectCure(sandbox, project, parts) {
  const output = await sandbox.must(project, process.execPath, ['-e', PROGRAM]);
  const { code, message } = JSON.parse(output);
  assert.equal(code, 'ERR_DLOPEN_FAILED');
  for (const part of [`${process.platform}-${process.arch}`, process.version, ...parts])
    assert.ok(message.includes(part), `no '${part}' in:\n${message}`);
}
