// The commands that a page may run. A page sends one of these names, never a command of its own.
const commands = {
  count: {
    type: 'shell',
    command: 'for i in $(seq 1 200); do echo "line $i"; sleep 0.05; done',
  },
  flood: { type: 'exec', program: 'seq', args: ['1', '1000000'] },
  failure: { type: 'shell', command: 'echo "this goes wrong" >&2; exit 3' },
};

/** For `authorize`: the request to run instead of the page's request, or `false`. */
export function requestFor({ command }) {
  if (command.type !== 'exec' || !Object.hasOwn(commands, command.program)) return false;
  return { command: commands[command.program], timeoutMs: 60_000 };
}
