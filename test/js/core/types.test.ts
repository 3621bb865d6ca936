import { compile } from '../support/compiler';

const PROGRAM = `
import { ExecutionEngine } from 'escher-execution-engine';
const engine = new ExecutionEngine();
const exec = { type: 'exec', program: 'cat' } as const;
`;
const FIRST_LINE = PROGRAM.split('\n').length;

/** The messages for statements after the imports, numbered from 1. */
const messagesOf = (...statements: string[]): string[] =>
  compile(PROGRAM + statements.join('\n')).messages.map((message) =>
    message.replace(/^\d+/, (line) => String(Number(line) - FIRST_LINE + 1)),
  );

describe('run()', () => {
  test('a mistake in a request is one message of the compiler', () => {
    const messages = messagesOf(
      `engine.run({ command: exec, timeout: 3 });`,
      `engine.run({ command: exec, timeout: 3, stdin: 'pipe' });`,
      `engine.run({ command: exec, stdin: 'pip' });`,
      `engine.run({ command: { type: 'shell', comand: 'ls' } });`,
      `engine.run({ command: exec, env: { A: 3 } });`,
      `engine.run({});`,
      `engine.run({ command: exec }, { rejct: true });`,
    );
    expect(messages.map((message) => Number(message.split(':')[0]))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(messages[0]).toContain(`Did you mean to write 'timeoutMs'?`);
    expect(messages[2]).toContain(`Did you mean '"pipe"'?`);
    expect(messages[3]).toContain(`Did you mean to write 'command'?`);
    expect(messages.join('\n')).not.toContain('No overload matches');
  });

  test(`a handle has a stdin with stdin: 'pipe', and may have one otherwise`, () => {
    const messages = messagesOf(
      `engine.run({ command: exec, stdin: 'pipe' }).stdin.end();`,
      `engine.run({ command: exec, stdin: 'pipe' }, { reject: true }).duplex();`,
      `const piped = <Extra extends object>(extra: Extra) => ({ command: exec, ...extra });`,
      `engine.run(piped({ stdin: 'pipe' } as const)).stdin.end();`,
      `engine.run({ command: exec }).stdin.end();`,
      `engine.run({ command: exec, stdin: 'ignore' }).stdin.end();`,
      `engine.run({ command: exec, stdin: Math.random() > 0.5 ? 'pipe' : 'ignore' }).stdin.end();`,
    );
    expect(messages).toEqual(
      [5, 6, 7].map((line) =>
        expect.stringMatching(new RegExp(`^${line}: .*possibly 'undefined'`)),
      ),
    );
  });
});

describe('the types of a page, its preload script and the wire', () => {
  const bare = { types: [], lib: ['es2022', 'dom'], module: 'esnext', moduleResolution: 'bundler' };

  test('need no types of Node.js', () => {
    const { messages, files } = compile(
      `
import { exposeInPreload, type PageError, type PageExecutionEngine } from 'escher-execution-engine/electron/preload';
import type { WireMessage, WireRequest } from 'escher-execution-engine/bridge/wire';

export async function inPage(page: PageExecutionEngine): Promise<string> {
  const run = await page.run({
    command: { type: 'script', path: new URL('file:///srv/run.sh') },
    input: new Uint8Array(1),
    killSignal: 'SIGINT',
  });
  await run.sendInput(new ArrayBuffer(1));
  return (await run.result()).stdout;
}
export const request: WireRequest = {
  command: { type: 'exec', program: 'cat' },
  input: { base64: '' },
  kill_signal: 'SIGINT',
};
export type Others = [WireMessage, PageError, typeof exposeInPreload];
`,
      { ...bare, skipLibCheck: false },
    );
    expect(messages).toEqual([]);
    expect(files.filter((file) => file.includes('@types/node'))).toEqual([]);
    expect(files.filter((file) => file.endsWith('types/request.d.ts'))).toHaveLength(1);
  });

  test('know the names of signals that Node.js knows', () => {
    const { messages } = compile(`
import type { SignalName } from 'escher-execution-engine';
export const ours = (name: NodeJS.Signals): SignalName => name;
export const theirs = (name: SignalName): NodeJS.Signals => name;
export const wrong: SignalName = 'SIGNONE';
`);
    expect(messages).toEqual([expect.stringMatching(/^5: /)]);
  });
});
