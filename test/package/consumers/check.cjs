const assert = require('node:assert/strict');

/** Checks the order of lines, an exit code and a timeout. The process must exit by itself afterwards. */
exports.check = async function check(how, ExecutionEngine) {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: 8 });
  const lines = [];
  const counting = engine.run({
    command: { type: 'shell', command: 'for i in 1 2 3; do echo "$i"; done; exit 7' },
  });
  counting.on('output', (event) => lines.push(...event.lines));
  const result = await counting;
  assert.deepEqual(lines, ['1', '2', '3']);
  assert.equal(result.stdout, '1\n2\n3\n');
  assert.equal(result.exitCode, 7);

  const sleeping = await engine.run({
    command: { type: 'exec', program: 'sleep', args: ['60'] },
    timeoutMs: 50,
  });
  assert.equal(sleeping.status, 'timeout');
  console.log(`node ${process.version} (N-API ${process.versions.napi}), ${how}: ok`);
};
