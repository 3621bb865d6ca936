import { run, STACK_TRACE } from '../../support/cli-run';

describe('run', () => {
  test.each([
    [[], 'no program.'],
    [['--shell'], 'no command line.'],
    [['--tiemout', '5', 'ls'], "unknown option '--tiemout'. Did you mean '--timeout'?"],
    [['--zzzzzzzz', 'ls'], "unknown option '--zzzzzzzz'."],
    [['-x', 'ls'], "unknown option '-x'."],
    [['--timeout', '5 parsecs', 'ls'], "--timeout must be a duration, received '5 parsecs'."],
    [['--idle-timeout', '-1', 'ls'], "--idle-timeout must be a duration, received '-1'."],
    [['--kill-after', 'soon', 'ls'], "--kill-after must be a duration, received 'soon'."],
    [['--stop', 'INT', 'ls'], "--stop has a step that is not valid: 'INT'."],
    [['--stop', 'INT:1s,TERM:all:1s', 'ls'], "--stop has a step that is not valid: 'TERM:all:1s'."],
    [
      ['--stop', 'INT:1s,KILL:1s', 'ls'],
      "--stop must not have the signal KILL, which follows the last step, received 'KILL:1s'.",
    ],
    [['--stop', 'INT:1s'.concat(',INT:1s'.repeat(8)), 'ls'], '--stop has 9 steps, which are too'],
    [['--timeout'], '--timeout requires a value.'],
    [['--timeout', '--', 'ls'], '--timeout requires a value.'],
    [['--timeout', '1', '--timeout', '2', 'ls'], '--timeout must not be repeated.'],
    [['--json=yes', 'ls'], "--json takes no value, received 'yes'."],
    [['--signal', 'NOPE', 'ls'], "--signal must be a signal name or number, received 'NOPE'."],
    [['--env', '=x', 'ls'], '--env must be NAME=VALUE.'],
    [['--json', '--binary', 'ls'], '--json and --binary cannot be combined.'],
    [
      ['--progress', '(', 'ls'],
      '--progress must be a regular expression: Invalid regular expression',
    ],
    [['--progress', '(?<file>x)', 'ls'], '--progress must name its groups percent, fraction,'],
    [['--log', '/dev/null', 'ls'], "--log: cannot write to '/dev/null': it is not a file."],
    [
      ['--log', '/dev/null/x.log', 'ls'],
      "--log: cannot write to '/dev/null/x.log': '/dev/null' is not a directory.",
    ],
    [['--redact', 'NOT_THERE', 'ls'], '--redact: the variable NOT_THERE is not set.'],
    [['--redact', 'SHORT', '--env', 'SHORT=abc', 'ls'], 'SHORT is too short to be redacted.'],
  ])('rejects %j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^ {2}allowed: \S/m);
    expect(stderr).toMatch(/^ {2}example: escher-execution-engine run /m);
    expect(stderr).not.toMatch(STACK_TRACE);
  });

  test('does not print a secret that is given instead of its name', async () => {
    const { code, stderr } = await run(['--redact', 'hunter2/secret', 'ls']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
    expect((await run(['--env', 'hunter2', 'ls'])).stderr).not.toContain('hunter2');
  });

  test('--help lists every option', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of [
      'timeout',
      'idle-timeout',
      'kill-after',
      'signal',
      'stop',
      'cwd',
      'env',
      'shell',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ +--${name}\\b`, 'm'));
    }
  });
});
