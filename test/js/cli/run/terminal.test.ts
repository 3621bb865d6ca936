import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processExists, processStat } from '../../support/processes';
import { childScript } from '../../support/repository';
import { tempDir } from '../../support/temp';
import { hasTmux, openTerminal } from '../../support/terminal';
import { waitFor } from '../../support/wait';

const STATUS = /^\d+s {2}\S+ lines\/s/m;
const statusLines = (screen: string): string[] =>
  screen.split('\n').filter((line) => STATUS.test(line));

/** A command that waits until the test opens the gate. */
function gate() {
  const file = join(tempDir(), 'gate');
  return {
    wait: `until test -e ${file}; do sleep 0.05; done`,
    open: () => writeFileSync(file, ''),
  };
}

(hasTmux ? describe : describe.skip)('on a terminal (needs tmux)', () => {
  test('the status line is below the output, and is removed at the end', async () => {
    const terminal = openTerminal();
    const { wait, open } = gate();
    await terminal.call(`run --shell 'echo one; ${wait}; echo two; echo three >&2'`);
    const during = await terminal.shows(STATUS);
    expect(during.split('\n')[0]).toBe('one');
    expect(statusLines(during)).toEqual([during.split('\n').at(-1)]);
    open();
    const after = await terminal.shows(/code 0/);
    expect(after).toMatch(/^one\ntwo\nthree\ncode 0\n\$$/);
  });

  test('the status line shows the progress of the command', async () => {
    const terminal = openTerminal(100, 10);
    const { wait, open } = gate();
    const sequence = String.raw`printf "\\033]9;4;1;40\\007\\n"`;
    await terminal.call(`run --shell '${sequence}; ${wait}'`);
    await terminal.shows(/\ds {2}\[={8}> {11}\] {2}40%/);
    open();
    await terminal.shows(/code 0/);
  });

  test('the status line leaves no trace in a flood of output', async () => {
    const terminal = openTerminal(80, 50);
    const { wait, open } = gate();
    const numbers = 'for i in $(seq 1 30); do echo line $i; sleep 0.05; done';
    await terminal.call(`run --shell '${numbers}; ${wait}'`);
    await terminal.shows(/line 30\n/);
    await terminal.shows(STATUS);
    open();
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
    expect((await terminal.shows(/code 0/)).split('\n')).toEqual([...lines, 'code 0', '$']);
  });

  test('a prompt stays visible, typed lines arrive, and Ctrl-D ends the input', async () => {
    const terminal = openTerminal();
    const { wait, open } = gate();
    const script = `${wait}; printf "Name? "; read name; echo "hello $name"; cat`;
    await terminal.call(`run --shell '${script}'`);
    await terminal.shows(STATUS);
    open();
    // No status line after a prompt: it would be where the user types.
    expect(await terminal.shows(/Name\?/)).toBe('Name?');
    terminal.type('Ann');
    await terminal.shows(/^Name\? Ann\nhello Ann$/m);
    terminal.press('C-d');
    await terminal.shows(/code 0/);
  });

  test('there is no status line with --no-status, --quiet, TERM=dumb, or a pipe as stdout', async () => {
    const terminal = openTerminal();
    for (const [args, env] of [
      ['run --no-status sleep 0.8', ''],
      ['run --quiet sleep 0.8', ''],
      ['run sleep 0.8', 'TERM=dumb'],
      ['run sleep 0.8 | cat', ''],
      ['run sleep 0.8 2>&1 | cat', ''],
    ] as const) {
      await terminal.call(args, env);
      const seen = new Set<string>();
      await waitFor('the end', () => {
        const screen = terminal.screen();
        seen.add(screen);
        return /^code 0/m.test(screen);
      });
      expect([...seen].filter((screen) => STATUS.test(screen))).toEqual([]);
    }
  });

  test('there is a status line when stdout is a file', async () => {
    const terminal = openTerminal();
    const { wait, open } = gate();
    await terminal.call(`run --shell 'echo one; ${wait}' > ${join(tempDir(), 'out')}`);
    await terminal.shows(STATUS);
    open();
    expect(await terminal.shows(/code 0/)).toBe('code 0\n$');
  });

  test('the status line fits a terminal that becomes narrower', async () => {
    const terminal = openTerminal(80);
    const { wait, open } = gate();
    // With output above the status line: tmux scrolls the top out of view when lines wrap.
    await terminal.call(`run --shell 'seq 1 9; ${wait}'`);
    await terminal.shows(STATUS);
    for (const columns of [20, 6, 50]) {
      terminal.resize(columns);
      await terminal.shows(new RegExp(`^(\\d\\n)+\\d+s.{0,${columns - 3}}$`));
    }
    open();
    expect(await terminal.shows(/code 0/)).toMatch(/^(\d\n)+code 0\n\$$/);
  });

  test('Ctrl-C ends the tree within its grace period, with a message', async () => {
    const terminal = openTerminal(200);
    const script = 'trap "echo bye; exit 0" TERM; (sleep 60 & sleep 60) & echo ready; wait';
    await terminal.call(`run sh -c '${script}'`);
    await terminal.shows(/^ready$/m);
    const commands = terminal.processes();
    terminal.press('C-c');
    const screen = await terminal.shows(/code 130/);
    expect(screen).toMatch(/SIGINT: ending the command by SIGTERM, SIGKILL in 5s; a second signal/);
    expect(screen).toMatch(/^bye$/m);
    await waitFor('the tree to die', () => !commands.some(processExists));
  });

  test('a second Ctrl-C kills the tree immediately', async () => {
    const terminal = openTerminal(200);
    await terminal.call(`run --kill-after never sh ${childScript('stubborn.sh')} 3`);
    await terminal.shows(/^ready$/m);
    const commands = terminal.processes();
    terminal.press('C-c');
    await terminal.shows(/SIGINT: ending the command by SIGTERM; a second signal/);
    // The program, and the three shells.
    expect(terminal.processes().length).toBeGreaterThanOrEqual(4);
    await waitFor('the end', () => {
      // Repeated, because a signal within 50 ms after the first counts as the same one.
      if (terminal.processes().length > 0) terminal.press('C-c');
      return terminal.processes().length === 0;
    });
    await waitFor('the tree to die', () => !commands.some(processExists));
  });

  test('Ctrl-Z stops the tree, and fg continues it', async () => {
    const terminal = openTerminal();
    const { wait, open } = gate();
    await terminal.call(`run --shell '${wait}; echo done'`);
    await terminal.shows(STATUS);
    const stopped = () => terminal.processes().every((pid) => processStat(pid)?.state === 'T');
    terminal.press('C-z');
    expect(statusLines(await terminal.shows(/Stopped/))).toEqual([]);
    await waitFor('all to stop', stopped);
    open();
    terminal.type('clear; fg');
    await terminal.shows(/^done$/m);
  });

  test.each([
    ['sh -c "sleep 60 & echo ready; yes > /dev/null"'],
    [`--kill-after 300ms sh ${childScript('stubborn.sh')} 3`],
    ['sh -c "echo ready; while echo x; do sleep 0.01; done"'],
  ])('closing the terminal ends all processes: %s', async (args) => {
    const terminal = openTerminal();
    await terminal.call(`run ${args}`);
    await terminal.shows(/^ready$/m);
    expect(terminal.processes().length).toBeGreaterThan(1);
    terminal.close();
    await waitFor('all to die', () => terminal.processes().length === 0);
  });

  test('a background job does not read the terminal', async () => {
    const terminal = openTerminal();
    await terminal.call('run --no-status sh -c "cat; echo finished" & wait');
    await terminal.shows(/^finished$/m);
  });

  test('the table of doctor is coloured, except with NO_COLOR', async () => {
    const terminal = openTerminal(250, 60);
    await terminal.call('doctor');
    await terminal.shows(/code 0/);
    expect(terminal.screen('with colours')).toContain('\x1b[32mok');
    await terminal.call('doctor', 'NO_COLOR=1');
    await terminal.shows(/code 0/);
    expect(terminal.screen('with colours')).not.toContain('\x1b');
  });
});
