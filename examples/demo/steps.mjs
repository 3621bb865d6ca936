// The steps of the demo. A step has a title, a request, an optional action while the command runs (`during`), and a check of
// the result: `check` returns a problem or nothing, `good` the text for success.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './installed.mjs';
import { startLoopbackSts } from './loopback-sts.mjs';
import { survivors } from './process-tree.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const script = (name) => fileURLToPath(new URL(`../scripts/${name}`, import.meta.url));

const expect = (result, wanted) => {
  for (const [field, value] of Object.entries(wanted)) {
    if (result[field] !== value) return `${field} is ${result[field]}, not ${value}`;
  }
  return undefined;
};

export const steps = [
  {
    title: 'A program: git log of this repository',
    explanation: 'exec: no shell, arguments are passed unchanged',
    request: {
      command: {
        type: 'exec',
        program: 'git',
        args: ['--no-pager', 'log', '-n', '8', '--format=%h %ad %s', '--date=short'],
      },
      workingDir: repository,
      // git refuses a clone that belongs to another user, for example a folder mounted into a container.
      env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
    },
    skip: () =>
      existsSync(path.join(repository, '.git'))
        ? undefined
        : 'skipped: this copy is not a git clone',
    check: (result) => expect(result, { status: 'completed', exitCode: 0 }),
    good: () => 'completed',
  },
  {
    title: 'A Python script, streaming for a few seconds',
    explanation:
      'script: the interpreter comes from the #! line; each line arrives as soon as it is written',
    request: {
      command: { type: 'script', path: script('tally.py'), args: [repository, '0.1'] },
    },
    check: (result, { lines }) =>
      expect(result, { status: 'completed', exitCode: 0, stderr: 'tally: done\n' }) ??
      (lines.length < 5 ? `only ${lines.length} lines` : undefined),
    good: (result, { firstLineMs }) =>
      `first line after ${Math.round(firstLineMs)} ms of ${Math.round(result.durationMs)} ms`,
  },
  {
    title: 'A shell pipeline',
    explanation: 'shell: the most frequent file types in this repository',
    request: {
      command: {
        type: 'shell',
        command:
          "find . -type d \\( -name node_modules -o -name .git -o -name build -o -name dist \\) -prune -o -type f -print | sed -n 's/.*\\.\\([a-z]*\\)$/\\1/p' | sort | uniq -c | sort -rn | head -n 5",
      },
      workingDir: repository,
    },
    check: (result) => expect(result, { status: 'completed', exitCode: 0 }),
    good: () => 'completed',
  },
  {
    title: 'A command that fails',
    explanation: 'a non-zero exit code is a result; with `reject: true` it is an exception',
    request: {
      command: {
        type: 'shell',
        command: 'echo "looking for the needle"; echo "no needle here" >&2; exit 3',
      },
    },
    check: (result) => expect(result, { status: 'failed', exitCode: 3, success: false }),
    good: (result) => `failed as expected: ${result.error.message}`,
  },
  {
    title: 'A timeout that ends a process tree',
    explanation: 'SIGTERM after 1 s; a process that ignores it gets SIGKILL half a second later',
    request: {
      command: { type: 'script', path: script('stubborn_tree.sh') },
      timeoutMs: 1000,
      forceKillAfterDelayMs: 500,
    },
    async check(result, { lines }) {
      const pids = pidsIn(lines);
      if (pids.length !== 4) return `expected four processes, saw ${pids.length}`;
      const alive = await survivors(pids);
      if (alive.length > 0) return `still alive: ${alive.join(', ')}`;
      return expect(result, { status: 'timeout' });
    },
    good: (_result, { lines }) => `all processes have ended: ${pidsIn(lines).join(', ')}`,
  },
  {
    title: 'A command that is cancelled',
    explanation: 'an AbortSignal cancels it after the fifth line; engine.cancel(id) does the same',
    request: {
      command: {
        type: 'shell',
        command: 'i=0; while :; do i=$((i+1)); echo "tick $i"; sleep 0.1; done',
      },
    },
    during: ({ lines, abort }) => {
      if (lines.length >= 5) abort();
    },
    check: (result) => expect(result, { status: 'cancelled', success: false }),
    good: (result, { lines }) => `cancelled after ${lines.length} lines, by ${result.signal}`,
  },
  {
    title: 'The AWS CLI',
    explanation: 'awsCli: the real program with dummy credentials and a small server on 127.0.0.1',
    skip: () =>
      isInstalled('aws')
        ? undefined
        : 'skipped: the AWS CLI is not installed (tools/setup --with-aws installs it)',
    async prepare() {
      const sts = await startLoopbackSts();
      return {
        request: {
          command: {
            type: 'awsCli',
            service: 'sts',
            operation: 'get-caller-identity',
            args: ['--endpoint-url', sts.url, '--output', 'json'],
            region: 'eu-central-1',
          },
          env: {
            AWS_ACCESS_KEY_ID: 'AKIADEMO',
            AWS_SECRET_ACCESS_KEY: 'demo',
            AWS_SESSION_TOKEN: null,
            AWS_PROFILE: null,
            AWS_PAGER: '',
            AWS_EC2_METADATA_DISABLED: 'true',
            // Ignore the settings of the current user.
            AWS_CONFIG_FILE: path.join(tmpdir(), 'no-such-aws-config'),
            AWS_SHARED_CREDENTIALS_FILE: path.join(tmpdir(), 'no-such-aws-credentials'),
            NO_PROXY: '127.0.0.1',
          },
        },
        finish: () => sts.close(),
      };
    },
    check: (result) =>
      expect(result, { status: 'completed', exitCode: 0 }) ??
      (JSON.parse(result.stdout).Account === '000000000000' ? undefined : 'unexpected answer'),
    good: () => 'completed',
  },
];

function pidsIn(lines) {
  return lines.map((line) => Number(/^pid (\d+)/.exec(line)?.[1])).filter(Boolean);
}
