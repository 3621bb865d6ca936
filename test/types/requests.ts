// What a request and a configuration may look like. Checked by the compiler, never run.
import {
  type ExecutionConfigInput,
  ExecutionEngine,
  type ExecutionRequest,
} from 'escher-execution-engine';

const engine = new ExecutionEngine();

export const accepted: ExecutionRequest[] = [
  { command: { type: 'shell', command: 'make', shell: '/bin/sh' } },
  { command: { type: 'exec', program: 'git', args: ['status'] as const } },
  { command: { type: 'script', path: new URL('file:///srv/run.sh'), interpreter: undefined } },
  { command: { type: 'awsCli', service: 's3', operation: 'ls', region: 'eu-west-1' } },
  {
    id: undefined,
    command: { type: 'exec', program: 'cat' },
    env: { PATH: '/bin', HOME: null, LANG: undefined },
    extendEnv: false,
    workingDir: new URL('file:///srv'),
    timeoutMs: Number.POSITIVE_INFINITY,
    input: Buffer.from('text'),
    killSignal: 'SIGINT',
    forceKillAfterDelayMs: false,
    oversizedOutputStrategy: 'streamToFile',
    metadata: { source: 'ci', tags: { branch: 'main' }, anything: [1, { deep: true }] },
  },
  { command: { type: 'exec', program: 'dd' }, progress: true },
  { command: { type: 'exec', program: 'dd' }, progress: { pattern: /(?<percent>\d+)%/ } },
  { command: { type: 'exec', program: 'dd' }, progress: { pattern: '(\\d+)%', flags: 'i' } },
  { command: { type: 'exec', program: 'cat' }, env: process.env, input: new ArrayBuffer(1) },
];

// @ts-expect-error: a command is required
engine.execute({});
// @ts-expect-error: a command is an object
engine.execute({ command: 'ls' });
// @ts-expect-error: no such type of command
engine.execute({ command: { type: 'pipe', command: 'ls' } });
// @ts-expect-error: a program, not a shell command
engine.execute({ command: { type: 'exec', command: 'ls' } });
// @ts-expect-error: unknown fields are refused
engine.execute({ command: { type: 'exec', program: 'ls' }, cwd: '/' });
// @ts-expect-error: milliseconds are numbers
engine.execute({ command: { type: 'exec', program: 'ls' }, timeoutMs: '5s' });
// @ts-expect-error: the environment holds strings
engine.execute({ command: { type: 'exec', program: 'ls' }, env: { LEVEL: 3 } });
// @ts-expect-error: no such signal
engine.execute({ command: { type: 'exec', program: 'ls' }, killSignal: 'SIGNONE' });
// @ts-expect-error: tags are strings
engine.execute({ command: { type: 'exec', program: 'ls' }, metadata: { tags: { n: 1 } } });

// @ts-expect-error: a pattern is in an object
engine.execute({ command: { type: 'exec', program: 'ls' }, progress: /x/ });
// @ts-expect-error: a pattern is required
engine.execute({ command: { type: 'exec', program: 'ls' }, progress: {} });

export const config: ExecutionConfigInput = {
  maxTimeoutMs: Number.POSITIVE_INFINITY,
  logDir: new URL('file:///var/log/commands'),
  overflowDir: undefined,
  killSignal: 15,
  forceKillAfterDelayMs: false,
};

// @ts-expect-error: no such field
new ExecutionEngine({ maxConcurrency: 3 });
// @ts-expect-error: no such strategy
new ExecutionEngine({ oversizedOutputStrategy: 'drop' });
// @ts-expect-error: false is for never, true means nothing
new ExecutionEngine({ forceKillAfterDelayMs: true });
// @ts-expect-error: the effective configuration is fixed
engine.config.ioThreads = 2;
