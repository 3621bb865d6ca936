import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { ExecutionEngine, ExecutionError } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';

const PAGE = 2500;

describe('a result', () => {
  test('prints the fields that have a value', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('echo hi; exit 3', { metadata: { source: 'me' } }));
    const text = inspect(result);
    expect(text).toMatch(/^ExecutionResult \{\n/);
    expect(text).toContain("status: 'failed'");
    expect(text).toContain('exitCode: 3');
    expect(text).toContain("stdout: 'hi\\n'");
    expect(text).toContain("source: 'me'");
    expect(text).not.toMatch(/null|false|stderr:|OverflowFile/);
  });

  test('with 10 MB of output prints the start and the end of it', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      sh("echo first; head -c 10000000 /dev/zero | tr '\\0' x; echo; echo last"),
    );
    expect(result.stdout.length).toBeGreaterThan(10_000_000);
    const text = inspect(result);
    expect(text.length).toBeLessThan(PAGE);
    expect(text).toMatch(/stdout: 'first\\nx+' \.\.\. \d+ more characters \.\.\. 'x+\\nlast\\n'/);
    const left = Number(present(/(\d+) more characters/.exec(text))[1]);
    const shown = present(/stdout: '(.*)' \.\.\. \d+ more characters \.\.\. '(.*)'/.exec(text));
    const length = [shown[1], shown[2]].join('').replaceAll('\\n', '\n').length;
    expect(left + length).toBe(result.stdout.length);
  });

  test('with many short lines prints few of them', async () => {
    const engine = makeEngine();
    const result = await engine.run(exec('seq', ['1', '100']));
    const text = inspect(result);
    expect(text.split('\n').length).toBeLessThan(60);
    expect(text).toContain("'1\\n");
    expect(text).toContain("100\\n'");
    expect(text).not.toContain('50\\n');
  });

  test('with few lines prints all of them', async () => {
    const engine = makeEngine();
    const { id } = await engine.run(exec('seq', ['1', '10']));
    const text = inspect(await engine.getResult(id), { breakLength: Number.POSITIVE_INFINITY });
    expect(text).not.toContain('more characters');
  });

  test('in bytes prints few of them', async () => {
    const engine = makeEngine();
    const { id } = await engine.run(exec('seq', ['1', '100000']));
    const text = inspect(await engine.getResult(id, { encoding: 'buffer' }));
    expect(text).toContain('Uint8Array(588895)');
    expect(text.length).toBeLessThan(PAGE);
  });

  test('deep inside another object is printed by its name', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('true'));
    expect(inspect({ a: { b: { c: { result } } } }, { depth: 3 })).toContain('[ExecutionResult]');
  });

  test('is plain data', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('echo hi'));
    const { id } = result;
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.getOwnPropertyNames(result)).toEqual(Object.keys(result));
    const copy = { ...result };
    expect(Reflect.ownKeys(copy)).toEqual(Object.keys(result));
    expect(structuredClone(result)).toEqual(copy);
    expect(JSON.parse(JSON.stringify(result))).toEqual(copy);
    expect(result).toStrictEqual(copy);
    deepStrictEqual(result, await engine.getResult(id));
    expect(inspect(copy)).toMatch(/^\{/);
  });
});

describe('an error', () => {
  test('with a result is printed briefly, by its name', async () => {
    const engine = makeEngine();
    const failed = await executionError(
      engine.run(sh('seq 1 1000000; echo why >&2; exit 3'), { reject: true }),
    );
    const text = inspect(failed);
    expect(text).toMatch(
      /^ExecutionError: Command failed with exit code 3: seq 1 .*\n\nwhy\n {4}at /,
    );
    expect(text).toContain("code: 'ERR_COMMAND_FAILED'");
    expect(text).toContain("stderr: 'why\\n'");
    expect(text.length).toBeLessThan(PAGE);
  });

  test('prints its cause', async () => {
    const engine = makeEngine();
    const signal = AbortSignal.abort(new Error('the user left'));
    const error = await executionError(engine.run(sh('true'), { signal, reject: true }));
    expect(inspect(error)).toMatch(/\[cause\]: Error: the user left/);
  });

  test('classes keep their names', () => {
    expect(ExecutionError.name).toBe('ExecutionError');
    expect(ExecutionEngine.name).toBe('ExecutionEngine');
    expect(Object.keys(new ExecutionError('ERR_INTERNAL', 'text'))).toEqual(['code']);
  });
});

test('a handle prints its id, status and pid', async () => {
  const engine = makeEngine();
  const execution = engine.run(sh('read _', { stdin: 'pipe' }));
  const shown = () => inspect(execution, { breakLength: Number.POSITIVE_INFINITY });
  expect(shown()).toBe(`Execution { id: '${execution.id}', status: 'pending', pid: undefined }`);
  await new Promise((resolve) => execution.once('started', () => resolve(0)));
  expect(shown()).toBe(
    `Execution { id: '${execution.id}', status: 'running', pid: ${execution.pid} }`,
  );
  expect(inspect([[[execution]]], { depth: 2 })).toContain('[Execution]');
  execution.stdin.end();
  await execution;
  expect(shown()).toContain("status: 'failed'");
});

test('an engine prints its state and configuration without secrets', async () => {
  const engine = makeEngine({ redact: ['hunter2hunter2'] });
  expect(inspect(engine)).toMatch(/^ExecutionEngine \{\n {2}state: 'open'/);
  expect(inspect(engine)).not.toContain('hunter2');
  expect(inspect([[[engine]]], { depth: 2 })).toContain('[ExecutionEngine]');
  await engine.shutdown();
  expect(inspect(engine)).toContain("state: 'closed'");
});
