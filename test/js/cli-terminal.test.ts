import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processExists, processStat } from './support/processes';
import { childScript } from './support/repository';
import { tempDir } from './support/temp';
import { hasTmux, openTerminal } from './support/terminal';
import { waitFor } from './support/wait';

const STATUS = /^\d+s {2}\S+ lines\/s/m;
const statusLines = (screen: string): string[] =>
  screen.split('\n').filter((line) => STATUS.test(line));

/** A command that goes on until the test lets it. */
function gate() {
  const file = join(tempDir(), 'gate');
  return {
    wait: `until test -e ${file}; do sleep 0.05; done`,
    open: () => writeFileSync(file, ''),
  };
}

(hasTmux ? describe : describe.skip)(
  'on a terminal (played by tmux, skipped where there is none)',
  () => {
    test('a status line stands below the output, and leaves nothing behind', async () => {
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

    test('it tells of the progress that the command tells', async () => {
      const terminal = openTerminal(100, 10);
      const { wait, open } = gate();
      const sequence = String.raw`printf "\\033]9;4;1;40\\007\\n"`;
      await terminal.call(`run --shell '${sequence}; ${wait}'`);
      await terminal.shows(/\ds {2}\[={8}> {11}\] {2}40%/);
      open();
      await terminal.shows(/code 0/);
    });

    test('a flood of output leaves nothing behind either', async () => {
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

    test('a prompt stays, what is typed arrives, and Ctrl-D is the end of it', async () => {
      const terminal = openTerminal();
      const { wait, open } = gate();
      const script = `${wait}; printf "Name? "; read name; echo "hello $name"; cat`;
      await terminal.call(`run --shell '${script}'`);
      await terminal.shows(STATUS);
      open();
      // No status line behind a prompt: it would stand where somebody types.
      expect(await terminal.shows(/Name\?/)).toBe('Name?');
      terminal.type('Ann');
      await terminal.shows(/^Name\? Ann\nhello Ann$/m);
      terminal.press('C-d');
      await terminal.shows(/code 0/);
    });

    test('none with --no-status, --quiet, TERM=dumb, or a pipe behind it', async () => {
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

    test('one beside output that goes to a file', async () => {
      const terminal = openTerminal();
      const { wait, open } = gate();
      await terminal.call(`run --shell 'echo one; ${wait}' > ${join(tempDir(), 'out')}`);
      await terminal.shows(STATUS);
      open();
      expect(await terminal.shows(/code 0/)).toBe('code 0\n$');
    });

    test('it fits a terminal that becomes narrow, and leaves nothing there', async () => {
      const terminal = openTerminal(80);
      const { wait, open } = gate();
      // Some output above it: tmux moves what is at the top out of sight when lines become longer.
      await terminal.call(`run --shell 'seq 1 9; ${wait}'`);
      await terminal.shows(STATUS);
      for (const columns of [20, 6, 50]) {
        terminal.resize(columns);
        await terminal.shows(new RegExp(`^(\\d\\n)+\\d+s.{0,${columns - 3}}$`));
      }
      open();
      expect(await terminal.shows(/code 0/)).toMatch(/^(\d\n)+code 0\n\$$/);
    });

    test('Ctrl-C ends the tree with grace, and says so', async () => {
      const terminal = openTerminal(200);
      const script = 'trap "echo bye; exit 0" TERM; (sleep 60 & sleep 60) & echo ready; wait';
      await terminal.call(`run sh -c '${script}'`);
      await terminal.shows(/^ready$/m);
      const commands = terminal.processes();
      terminal.press('C-c');
      const screen = await terminal.shows(/code 130/);
      expect(screen).toMatch(/SIGINT: ending the command by SIGTERM, SIGKILL in 5s; once more/);
      expect(screen).toMatch(/^bye$/m);
      await waitFor('the tree to die', () => !commands.some(processExists));
    });

    test('Ctrl-C twice ends at once what does not listen', async () => {
      const terminal = openTerminal(200);
      await terminal.call(`run --kill-after never sh ${childScript('stubborn.sh')} 3`);
      await terminal.shows(/^ready$/m);
      const commands = terminal.processes();
      terminal.press('C-c');
      await terminal.shows(/SIGINT: ending the command by SIGTERM; once more/);
      // The program, and the three shells.
      expect(terminal.processes().length).toBeGreaterThanOrEqual(4);
      await waitFor('the end', () => {
        // Once more if need be: what follows the first within a moment counts as the same one.
        if (terminal.processes().length > 0) terminal.press('C-c');
        return terminal.processes().length === 0;
      });
      await waitFor('the tree to die', () => !commands.some(processExists));
    });

    test('Ctrl-Z stops the tree, and fg goes on with it', async () => {
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
    ])('closing it leaves no process: %s', async (args) => {
      const terminal = openTerminal();
      await terminal.call(`run ${args}`);
      await terminal.shows(/^ready$/m);
      expect(terminal.processes().length).toBeGreaterThan(1);
      terminal.close();
      await waitFor('all to die', () => terminal.processes().length === 0);
    });

    test('in the background it does not wait for the terminal', async () => {
      const terminal = openTerminal();
      await terminal.call('run --no-status sh -c "cat; echo finished" & wait');
      await terminal.shows(/^finished$/m);
    });

    test('doctor is coloured, and is not with NO_COLOR', async () => {
      const terminal = openTerminal(250, 60);
      await terminal.call('doctor');
      await terminal.shows(/code 0/);
      expect(terminal.screen('with colours')).toContain('\x1b[32mok');
      await terminal.call('doctor', 'NO_COLOR=1');
      await terminal.shows(/code 0/);
      expect(terminal.screen('with colours')).not.toContain('\x1b');
    });
  },
);
