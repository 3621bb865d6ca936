import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../support/cli-run';
import { present } from '../../support/expectations';
import { tempDir } from '../../support/temp';
import { hasTmux, openTerminal } from '../../support/terminal';

describe('without a terminal', () => {
  test('the command has one, its output is exact, and the input ends with Ctrl-D', async () => {
    const end = await run(
      ['--pty', '--', '/bin/sh', '-c', 'tty; stty size; stty -echo; cat; printf end'],
      {
        input: 'typed\n',
      },
    );
    expect(end).toMatchObject({ code: 0, stderr: '' });
    // What is typed before echo is off is shown where it comes.
    expect(end.stdout).toMatch(/\/dev\/pts\/\d+\r\n(typed\r\n)?24 80\r\n/);
    expect(end.stdout).toMatch(/typed\r\nend$/);
  });

  test('the exit code is that of the command', async () => {
    expect(await run(['--pty', '--shell', '--', 'exit 7'])).toMatchObject({ code: 7 });
    expect(await run(['--pty', '--', '/no/such/program'])).toMatchObject({ code: 127 });
    const late = await run(['--pty', '--timeout', '100ms', '--', 'sleep', '60']);
    expect(late).toMatchObject({ code: 124 });
  });

  test.each(['--json', '--binary', '--no-stdin'])('%s beside it is refused', async (option) => {
    const end = await run(['--pty', option, '--', 'true']);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain(`--pty and ${option} cannot be combined`);
  });

  test('--record writes a recording, with and without --pty', async () => {
    const file = join(tempDir(), 'run.cast');
    for (const options of [['--pty'], []]) {
      const end = await run([...options, '--record', file, '--', 'echo', 'hello']);
      expect(end).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(file, 'utf8')).toMatch(/"hello\\(u000d|r)\\(u000a|n)"\]\n$/);
    }
  });
});

(hasTmux ? describe : describe.skip)('on a terminal (needs tmux)', () => {
  test('keys reach the command, Ctrl-C too, and the terminal is restored', async () => {
    const terminal = openTerminal();
    await terminal.call('run --pty -- bash --norc --noprofile -i', "PS1='inner> '");
    await terminal.shows(/inner> $|inner>$/);
    terminal.type('cat');
    await terminal.shows(/inner> cat$/m);
    terminal.press('C-c');
    await terminal.shows(/\^C\ninner>/);
    terminal.type('echo code $?');
    await terminal.shows(/^code 130$/m);
    terminal.type('exit 5');
    await terminal.shows(/^code 5$/m);
    terminal.type('stty -a');
    await terminal.shows(/ icanon .* echo /s);
  });

  test('it has the size of the terminal, and follows it', async () => {
    const terminal = openTerminal(90, 20);
    await terminal.call(
      'run --pty --shell \'trap "stty size" WINCH; stty size; while :; do sleep 0.05; done\'',
    );
    await terminal.shows(/^20 90$/m);
    terminal.resize(70);
    await terminal.shows(/^20 70$/m);
    terminal.press('C-c');
    await terminal.shows(/^\^?C?code 130$/m);
  });

  test('a signal ends the command and restores the terminal', async () => {
    const terminal = openTerminal();
    await terminal.call("run --pty --shell 'stty raw -echo; echo ready; sleep 60'");
    await terminal.shows(/^ready$/m);
    const [program] = terminal.processes();
    process.kill(present(program), 'SIGTERM');
    await terminal.shows(/code 143/);
    terminal.type('stty -a');
    await terminal.shows(/ icanon .* echo /s);
  });
});
