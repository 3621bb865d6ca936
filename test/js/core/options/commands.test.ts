import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { fixture } from '../../support/repository';
import { tempDir, tempFile } from '../../support/temp';

/** Prints its arguments as JSON. */
const show = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--'];

const awkward = [
  '',
  ' ',
  'two words',
  'quote"d',
  "it's",
  '$HOME `id` $(id)',
  '*',
  'back\\slash',
  'new\nline',
  '-n',
  '--',
  'é€😀',
  '%s',
  ';exit 3',
];

describe('shell', () => {
  test('runs in bash if it is installed', async () => {
    const engine = makeEngine();
    const command: Command = { type: 'shell', command: '[ -n "$BASH_VERSION" ] && echo bash' };
    const expected = existsSync('/bin/bash') ? 'bash\n' : '';
    expect((await engine.run({ command })).stdout).toBe(expected);
  });

  test('runs in the given shell', async () => {
    const engine = makeEngine();
    const shell = tempFile('shell', '#!/bin/sh\nprintf "<%s>" "$@"\n', 0o755);
    const command: Command = { type: 'shell', command: 'a "b" c', shell };
    expect((await engine.run({ command })).stdout).toBe('<-c><a "b" c>');
  });

  test('looks the given shell up in the PATH', async () => {
    const engine = makeEngine();
    const command: Command = { type: 'shell', command: 'echo hi', shell: 'sh' };
    expect((await engine.run({ command })).stdout).toBe('hi\n');
  });

  test('runs pipelines, redirections and several lines', async () => {
    const engine = makeEngine();
    const { stdout } = await engine.run(
      sh('seq 1 100 | grep 7 | wc -l\nfor i in a b; do echo $i; done'),
    );
    expect(stdout.replaceAll(' ', '')).toBe('19\na\nb\n');
  });
});

describe('exec', () => {
  test('passes arguments unchanged', async () => {
    const engine = makeEngine();
    const { stdout } = await engine.run(exec(process.execPath, [...show, ...awkward]));
    expect(JSON.parse(stdout)).toEqual(awkward);
  });

  test('runs without arguments', async () => {
    const engine = makeEngine();
    const result = await engine.run({ command: { type: 'exec', program: '/bin/true' } });
    expect(result.success).toBe(true);
  });

  test('passes many and long arguments', async () => {
    const engine = makeEngine();
    const many = Array.from({ length: 1000 }, (_, index) => `${index}`.padStart(100, 'x'));
    const { stdout } = await engine.run(exec(process.execPath, [...show, ...many]));
    expect(JSON.parse(stdout)).toEqual(many);
  });

  test('looks the program up in the PATH of the child', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    writeFileSync(join(dir, 'escher-test-tool'), '#!/bin/sh\necho mine\n', { mode: 0o755 });
    const { stdout } = await engine.run(
      exec('escher-test-tool', [], { env: { PATH: `${dir}:${process.env.PATH}` } }),
    );
    expect(stdout).toBe('mine\n');
  });

  test('runs the first executable file in the PATH', async () => {
    const engine = makeEngine();
    const [first, second] = [tempDir(), tempDir()];
    writeFileSync(join(first, 'escher-test-tool'), '#!/bin/sh\necho first\n', { mode: 0o644 });
    writeFileSync(join(second, 'escher-test-tool'), '#!/bin/sh\necho second\n', { mode: 0o755 });
    const PATH = `${first}:${second}:${process.env.PATH}`;
    expect((await engine.run(exec('escher-test-tool', [], { env: { PATH } }))).stdout).toBe(
      'second\n',
    );
    chmodSync(join(first, 'escher-test-tool'), 0o755);
    expect((await engine.run(exec('escher-test-tool', [], { env: { PATH } }))).stdout).toBe(
      'first\n',
    );
  });
});

describe('script', () => {
  const interpreters: [extension: string, interpreter: string][] = [
    ['.sh', 'bash'],
    ['.py', 'python3'],
    ['.js', 'node'],
    ['.mjs', 'node'],
    ['.cjs', 'node'],
    ['.rb', 'ruby'],
    ['.pl', 'perl'],
    ['.ps1', 'pwsh'],
  ];

  /** A PATH that begins with stand-ins for the interpreters, which print their name and arguments. */
  function pretenders(): string {
    const dir = tempDir();
    for (const name of ['bash', 'python3', 'node', 'ruby', 'perl', 'pwsh', 'custom']) {
      const text = `#!/bin/sh\nprintf '${name}'\nprintf ' <%s>' "$@"\n`;
      writeFileSync(join(dir, name), text, { mode: 0o755 });
    }
    return `${dir}:${process.env.PATH}`;
  }

  test.each(interpreters)('%s is run by %s', async (extension, interpreter) => {
    const engine = makeEngine();
    const path = tempFile(`script${extension}`, '');
    const { stdout } = await engine.run({
      command: { type: 'script', path, args: ['one', 'two words'] },
      env: { PATH: pretenders() },
    });
    // An interpreter may get options of its own before the script.
    expect(stdout).toMatch(new RegExp(`^${interpreter} (<-\\w+> )*<${path}> <one> <two words>$`));
  });

  test('.ts runs if Node runs TypeScript, and is rejected otherwise', async () => {
    const engine = makeEngine();
    const path = tempFile('script.ts', 'const word: string = "typed"; console.log(word);\n');
    const execution = engine.run({ command: { type: 'script', path } });
    if ((process.features as { typescript?: unknown }).typescript) {
      expect((await execution).stdout).toBe('typed\n');
    } else {
      expect(await executionError(execution)).toMatchObject({
        code: 'ERR_VALIDATION',
        reason: 'INVALID_COMMAND',
      });
    }
  });

  test('.ts is run by the Node of this process, whatever the first one in PATH is', async () => {
    const directory = tempDir();
    writeFileSync(join(directory, 'node'), '#!/bin/sh\necho another node\n', { mode: 0o755 });
    expect(await reportOf('typescript.cjs', { args: [directory] })).toEqual({
      ...{ inherited: true, other: true, relative: true, withoutPath: true },
      named: 'another node',
      executable: join(directory, 'executable.ts'),
    });
  });

  test('the given interpreter takes precedence', async () => {
    const engine = makeEngine();
    const path = tempFile('script.py', '#!/bin/false\n', 0o755);
    const { stdout } = await engine.run({
      command: { type: 'script', path, interpreter: 'custom', args: ['x'] },
      env: { PATH: pretenders() },
    });
    expect(stdout).toBe(`custom <${path}> <x>`);
  });

  test('the #! line of an executable file takes precedence over its extension', async () => {
    const engine = makeEngine();
    const path = tempFile('script.py', '#!/bin/sh\necho "shell $1"\n', 0o755);
    const command: Command = { type: 'script', path, args: ['it is'] };
    expect((await engine.run({ command })).stdout).toBe('shell it is\n');
  });

  test('the #! line of a file that is not executable is ignored', async () => {
    const engine = makeEngine();
    const path = tempFile('script.sh', '#!/bin/false\necho by extension\n', 0o644);
    expect((await engine.run({ command: { type: 'script', path } })).stdout).toBe('by extension\n');
  });

  test('an executable file without an extension runs by its #! line', async () => {
    const engine = makeEngine();
    const path = tempFile('tool', '#!/bin/sh\necho here\n', 0o755);
    expect((await engine.run({ command: { type: 'script', path } })).stdout).toBe('here\n');
  });

  test('a relative path is resolved against the working directory', async () => {
    const engine = makeEngine();
    const dir = tempDir();
    writeFileSync(join(dir, 'script.sh'), 'echo found\n');
    const { stdout } = await engine.run({
      command: { type: 'script', path: 'script.sh' },
      workingDir: dir,
    });
    expect(stdout).toBe('found\n');
  });

  test('a path with blanks and quotes is one argument', async () => {
    const engine = makeEngine();
    const path = tempFile(`a 'strange' "name".sh`, 'echo "$0"\n');
    expect((await engine.run({ command: { type: 'script', path } })).stdout).toBe(`${path}\n`);
  });

  test('a real Python script runs', async () => {
    const engine = makeEngine();
    const path = tempFile('script.py', 'import sys\nprint(sys.argv[1:])\n');
    const { stdout } = await engine.run({ command: { type: 'script', path, args: ['a', 'b c'] } });
    expect(stdout).toBe("['a', 'b c']\n");
  });
});

describe('awsCli', () => {
  const env = { PATH: `${fixture('bin')}:${process.env.PATH}` };

  test('runs aws with service, operation and arguments', async () => {
    const engine = makeEngine();
    const { stdout } = await engine.run({
      command: {
        type: 'awsCli',
        service: 's3api',
        operation: 'list-buckets',
        args: ['--query', 'a b'],
      },
      env,
    });
    expect(stdout).toBe('<s3api>\n<list-buckets>\n<--query>\n<a b>\n');
  });

  test('puts profile and region after the arguments', async () => {
    const engine = makeEngine();
    const { stdout } = await engine.run({
      command: {
        type: 'awsCli',
        service: 'ec2',
        operation: 'describe-instances',
        args: ['--no-paginate'],
        profile: 'my profile',
        region: 'eu-west-1',
      },
      env,
    });
    expect(stdout).toBe(
      '<ec2>\n<describe-instances>\n<--no-paginate>\n<--profile>\n<my profile>\n<--region>\n<eu-west-1>\n',
    );
  });

  test('returns the exit code of aws', async () => {
    const engine = makeEngine();
    const result = await engine.run({
      command: { type: 'awsCli', service: 's3', operation: 'ls' },
      env: { ...env, FAKE_AWS_EXIT: '254' },
    });
    expect(result).toMatchObject({ status: 'failed', exitCode: 254 });
  });
});

describe('the printable form of a command', () => {
  test('is the text of a shell command', async () => {
    const engine = makeEngine();
    expect((await engine.run(sh('echo "a  b"'))).command).toBe('echo "a  b"');
  });

  test('of a program is a shell command with the same words', async () => {
    const engine = makeEngine();
    const { command } = await engine.run(exec(process.execPath, [...show, ...awkward]));
    const { stdout } = await engine.run(sh(command));
    expect(JSON.parse(stdout)).toEqual(awkward);
  });

  test('names the script, and the AWS operation', async () => {
    const engine = makeEngine();
    const path = tempFile('script.sh', 'true\n');
    expect((await engine.run({ command: { type: 'script', path } })).command).toContain(path);
    const { command } = await engine.run({
      command: { type: 'awsCli', service: 's3', operation: 'ls' },
      env: { PATH: `${fixture('bin')}:${process.env.PATH}` },
    });
    expect(command).toContain('s3 ls');
  });
});
