import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireEvent, WireRequest, WireResult } from 'escher-execution-engine/bridge';
import { type Bridge, startBridge } from '../support/bridge';
import { rejection } from '../support/expectations';
import { root } from '../support/repository';
import { tempDir } from '../support/temp';
import { waitFor } from '../support/wait';

interface View {
  id: string;
  command: string;
  status: string;
  lines: { stream: string; text: string }[];
  problem: string | undefined;
}

interface Window {
  start(): Promise<void>;
  stop(): void;
  run(request: WireRequest): Promise<string>;
  cancel(id: string): Promise<boolean>;
  result(id: string): Promise<WireResult | null>;
}

type Listener = (event: { payload: WireEvent }) => void;

/** Does the work of the example's Rust side: forwards events and turns commands into lines. */
class TauriStandIn {
  readonly #bridge: Bridge;
  readonly #listeners = new Set<Listener>();
  #told = 0;
  #timer = setInterval(() => this.#forward(), 5);

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  async listen(event: string, handler: Listener): Promise<() => void> {
    expect(event).toBe('execution-event');
    this.#listeners.add(handler);
    return () => this.#listeners.delete(handler);
  }

  async invoke(command: string, args: Record<string, unknown>): Promise<unknown> {
    switch (command) {
      case 'execute_command': {
        const fields = { request: args.request, output: 'batches', result: false };
        return ((await this.#ask('execute', fields)) as { id: string }).id;
      }
      case 'cancel_execution':
        return await this.#ask('cancel', args);
      case 'get_execution_result':
        return await this.#ask('get_result', args);
      default:
        throw new Error(`no such command: ${command}`);
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #ask(type: string, fields: object): Promise<unknown> {
    const answer = await this.#bridge.ask(type, fields);
    if ('error' in answer) throw answer.error.message;
    return answer.payload;
  }

  #forward(): void {
    const events = this.#bridge.events();
    for (const payload of events.slice(this.#told)) {
      for (const listener of this.#listeners) listener({ payload });
    }
    this.#told = events.length;
  }
}

const shell = (command: string): WireRequest => ({ command: { type: 'shell', command } });

let tauri: TauriStandIn | undefined;
let views: Map<string, View>;
let window: Window;

beforeEach(async () => {
  const out = tempDir();
  const folder = join(root, 'examples', 'tauri', 'src');
  const options = ['--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext'];
  execFileSync(
    join(root, 'node_modules', '.bin', 'tsc'),
    [
      ...options,
      '--ignoreConfig',
      '--rootDir',
      folder,
      '--outDir',
      out,
      join(folder, 'executions.ts'),
    ],
    { cwd: root },
  );
  const { Executions } = require(join(out, 'executions.js'));
  tauri = new TauriStandIn(startBridge().read());
  views = new Map();
  window = new Executions(tauri, (view: View) => views.set(view.id, view)) as Window;
  await window.start();
});

afterEach(() => tauri?.end());

test('the window of the example follows a command to its end', async () => {
  const id = await window.run(shell('echo one; echo two >&2; exit 3'));
  await waitFor('the end', () => views.get(id)?.status === 'failed');
  const view = views.get(id) as View;
  expect(view).toMatchObject({
    command: 'echo one; echo two >&2; exit 3',
    problem: 'Command failed with exit code 3',
  });
  expect(view.lines.map(({ stream, text }) => `${stream} ${text}`).sort()).toEqual([
    'stderr two',
    'stdout one',
  ]);
  expect(await window.result(id)).toMatchObject({ exit_code: 3, stdout: 'one\n' });
});

test('the window of the example cancels, and shows why a request is refused', async () => {
  const id = await window.run(shell('sleep 60'));
  expect(await window.cancel(id)).toBe(true);
  await waitFor('the end', () => views.get(id)?.status === 'cancelled');
  expect(await rejection(window.run(shell('')))).toBe(
    'Validation error: "command.command" must not be empty',
  );
  window.stop();
  await window.run(shell('echo unheard'));
  expect(views.size).toBe(1);
});

describe('the sidecar files of the application', () => {
  const addon = 'escher_execution_engine.node';
  const platform = `escher-execution-engine-linux-${process.arch}-glibc`;

  /** An application with the package installed, and the binary in a separate package. */
  function application(): { dir: string; prepare(): string } {
    const dir = tempDir();
    const installed = join(dir, 'node_modules', 'escher-execution-engine');
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
    const binary = join(dir, 'node_modules', platform);
    for (const folder of [installed, binary, join(dir, 'bin')])
      mkdirSync(folder, { recursive: true });
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
    const optionalDependencies = { [platform]: '*', 'escher-execution-engine-darwin-arm64': '*' };
    writeFileSync(
      join(installed, 'package.json'),
      JSON.stringify({ ...manifest, optionalDependencies }),
    );
    cpSync(join(root, 'build', 'Release', addon), join(binary, addon));
    writeFileSync(join(binary, 'package.json'), JSON.stringify({ name: platform, main: addon }));
    writeFileSync(join(dir, 'bin', 'rustc'), '#!/bin/sh\necho "host: here"\n', { mode: 0o755 });
    cpSync(
      join(root, 'examples', 'tauri', 'prepare-sidecar.mjs'),
      join(dir, 'prepare-sidecar.mjs'),
    );
    const env = { ...process.env, PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
    const options = { cwd: dir, env, encoding: 'utf8', stdio: 'pipe' } as const;
    return {
      dir,
      prepare: () => execFileSync(process.execPath, ['prepare-sidecar.mjs'], options),
    };
  }

  test('are a Node and a package that run without an installation', () => {
    const { dir, prepare } = application();
    prepare();
    rmSync(join(dir, 'node_modules'), { recursive: true });
    const node = join(dir, 'src-tauri', 'binaries', 'engine-node-here');
    const program = join(dir, 'src-tauri', 'engine', 'dist', 'cli', 'main.js');
    const input = '{"command":{"type":"shell","command":"echo hi"}}';
    const output = execFileSync(node, [program, 'bridge', '--wait'], { input, encoding: 'utf8' });
    const last = output.trimEnd().split('\n').at(-1) as string;
    expect(JSON.parse(last)).toMatchObject({ type: 'result', payload: { stdout: 'hi\n' } });
  });

  test('are not created without a binary', () => {
    const { dir, prepare } = application();
    rmSync(join(dir, 'node_modules', platform), { recursive: true });
    expect(prepare).toThrow(/There is no binary for this platform/);
  });
});
