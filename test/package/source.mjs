// The sources in the main package must compile with a compiler, CMake and the contents of the package alone.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const BLIND = '-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON';

/** `folder` is the installed main package. With `full` the addon is compiled and used, which takes minutes. */
export async function checkSources({ report, sandbox, folder, full }) {
  const build = path.join(folder, 'build', 'trial');
  await report.check(
    'sources: every header of Boost and N-API that they include is in the package',
    async () => {
      await sandbox.must(folder, 'cmake', [
        '-S',
        '.',
        '-B',
        build,
        BLIND,
        '-DCMAKE_BUILD_TYPE=Release',
      ]);
      const units = JSON.parse(readFileSync(path.join(build, 'compile_commands.json'), 'utf8'));
      assert.ok(units.length > 20);
      for (const unit of units) await checkHeaders({ sandbox, folder, unit });
    },
  );
  if (!full) return;
  await report.check('sources: npm run build produces an addon that runs a command', async () => {
    await sandbox.must(folder, 'npm', ['run', 'build', '--', BLIND], {
      env: { npm_config_offline: 'true' },
      timeout: 1_800_000,
    });
    assert.ok(existsSync(path.join(folder, 'build/Release/escher_execution_engine.node')));
    const program =
      "new (require('escher-execution-engine').ExecutionEngine)().run({ command: { type: 'exec', program: 'echo', args: ['built'] } }).then((result) => process.stdout.write(result.stdout))";
    assert.equal(await sandbox.must(folder, process.execPath, ['-e', program]), 'built\n');
  });
}

/** Lists the headers of a source with the preprocessor, which fails if one is missing. */
async function checkHeaders({ sandbox, folder, unit }) {
  const { directory, command, file } = unit;
  const options = command.split(/\s+/).slice(1);
  const end = options.indexOf('-o');
  const [program] = command.split(/\s+/);
  const output = await sandbox.must(directory, program, [...options.slice(0, end), '-M', file]);
  const strangers = output
    .split(/[\s\\]+/)
    .filter((header) => /\/(boost\/|napi|node_api|js_native_api)/.test(header))
    .filter((header) => !header.startsWith(folder));
  assert.deepEqual(strangers, [], file);
}
