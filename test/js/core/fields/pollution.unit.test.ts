import {
  COMMANDS,
  CONFIG,
  FILTER,
  LIMITS,
  PROGRESS,
  PTY,
  REQUEST,
  RETURNED,
} from '../../../../lib/core/fields/index';
import type { Kind, Name, Table } from '../../../../lib/core/fields/kinds';
import { reportOf } from '../../support/hosts';

/** For each kind a value that changes what is run, or what is reported, if it is taken. */
const VALUES: Record<Name, unknown> = {
  abortSignal: 'a signal',
  ansi: 'strip',
  boolean: false,
  bytes: 'polluted',
  capture: 'raw',
  command: { type: 'shell', command: 'echo polluted' },
  delay: false,
  directory: '/nowhere',
  environment: { POLLUTED: 'yes' },
  finite: 5,
  id: '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01',
  key: 'polluted',
  keyLimits: { polluted: 1 },
  limits: { openFiles: 33 },
  metadata: { source: 'polluted' },
  number: 0.001,
  path: '/',
  pattern: '(x',
  progress: 'polluted',
  pty: true,
  secrets: ['error'],
  signal: 'SIGKILL',
  statuses: ['pending'],
  stdin: 'pipe',
  stop: [{ signal: 'SIGKILL', waitMs: 0 }],
  stopTarget: 'leader',
  strategy: 'failExecution',
  tag: 'polluted',
  tags: { polluted: 'yes' },
  text: 'polluted',
  texts: ['polluted'],
  umask: 0o777,
};

const pollutionOf = (kind: Kind): unknown => (typeof kind === 'string' ? VALUES[kind] : kind.least);

const tables: Table[] = [
  REQUEST,
  CONFIG,
  LIMITS,
  PROGRESS,
  PTY,
  FILTER,
  ...Object.values(COMMANDS).flatMap(({ required, optional }) => [required, optional]),
];
const fields = tables.flatMap((table) =>
  Object.entries(table).map(([field, kind]): [string, unknown] => [field, pollutionOf(kind)]),
);
const returned = Object.values(RETURNED).flatMap(({ of }) =>
  Object.keys(of).map((field): [string, unknown] => [field, 'polluted']),
);
const others: [string, unknown][] = [
  ['type', 'shell'],
  ['mergeStderr', true],
  ['keepOverflowFiles', true],
  ['source', 'polluted'],
  ['conversationId', 'polluted'],
  ['tags', { polluted: 'yes' }],
  ['signal', { aborted: true }],
  ['reject', true],
  ['encoding', 'buffer'],
  ['graceMs', -1],
  ['inheritedEnv', ['POLLUTED=yes']],
  ['watch', false],
  ['nodeRunsTypescript', true],
  ['reason', 'polluted'],
  ['errno', 1],
  ['syscall', 'polluted'],
  ['0', 'polluted'],
  ['5', 'polluted'],
  // Of property descriptors.
  ['get', 'polluted'],
  ['set', 'polluted'],
  ['value', 'polluted'],
  ['writable', 'polluted'],
  ['enumerable', false],
  ['configurable', false],
];

const kinds: [string, [string, unknown][]][] = [
  ['a field of a request or a configuration', fields],
  ['a field of a result', returned],
  ['an option, a descriptor or an index', others],
];

test.each(kinds)('%s on Object.prototype does not prevent loading', async (_, properties) => {
  const args = [JSON.stringify([...properties, ['any other name', 'polluted']])];
  expect(await reportOf('polluted-load.cjs', { args })).toEqual([]);
});

test('setters on Object.prototype take nothing from errors and lines', async () => {
  expect(await reportOf('inherited-setters.cjs')).toEqual({
    status: 'failed',
    code: 'ERR_COMMAND_FAILED',
    stdout: 'text\n',
    rejected: ['ERR_COMMAND_FAILED', 'failed'],
    missing: ['ERR_VALIDATION', 'PROGRAM_NOT_FOUND'],
    lines: ['text'],
  });
});

test.each(kinds)(
  '%s on Object.prototype changes nothing',
  async (_, properties) => {
    expect(properties.every(([, value]) => value !== undefined)).toBe(true);
    const args = [JSON.stringify(properties)];
    expect(await reportOf('polluted.cjs', { args, guardMs: 120_000 })).toEqual([]);
  },
  120_000,
);
