import { isAnswer, parseMessage } from '../../../../lib/bridge/client/incoming-message';
import { PROTOCOL_COMMANDS } from '../../../../lib/bridge/server/protocol-commands';
import { configFromWire, effectiveConfigFromWire } from '../../../../lib/bridge/wire/config';
import { errorFromWire, errorToWire } from '../../../../lib/bridge/wire/error';
import { eventFromWire } from '../../../../lib/bridge/wire/event';
import { toSnake } from '../../../../lib/bridge/wire/names';
import { requestFromWire, requestToWire } from '../../../../lib/bridge/wire/request';
import {
  resultFromWire,
  resultToWire,
  summaryFromWire,
  summaryToWire,
} from '../../../../lib/bridge/wire/result';
import { metadataFromWire } from '../../../../lib/bridge/wire/values';
import { ExecutionError } from '../../../../lib/core/errors';
import { COMMANDS, CONFIG, LIMITS, PROGRESS, REQUEST, RETURNED } from '../../../../lib/core/fields';
import { connectedPair } from '../../support/bridge';
import { node, sh } from '../../support/commands';
import { calledSetters, polluted } from '../../support/pollution';

/** Every name that a message can have, on both sides. */
const names = [
  ...[REQUEST, CONFIG, LIMITS, PROGRESS, ...Object.values(RETURNED).map(({ of }) => of)].flatMap(
    Object.keys,
  ),
  ...Object.values(COMMANDS).flatMap(({ required, optional }) =>
    Object.keys({ ...required, ...optional }),
  ),
  ...Object.values(PROTOCOL_COMMANDS).flatMap(({ fields }) => fields),
  ...['type', 'seq', 'payload', 'event_type', 'execution_id', 'timestamp', 'fraction', 'label'],
  ...['reader', 'error', 'result', 'name', 'message', 'code', 'errno', 'syscall', 'retryable'],
];
const pollution = Object.fromEntries(
  names.flatMap((name) => [name, toSnake(name)]).map((name) => [name, 'polluted']),
);

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01';
const WHEN = '2026-01-01T00:00:00.000Z';

const conversions: [string, () => unknown][] = [
  ['a request', () => requestFromWire({ command: { type: 'exec', program: 'true' } } as never)],
  ['a request to the wire', () => requestToWire(sh('true', { env: {}, limits: {} }))],
  ['a configuration', () => configFromWire({ limits: {} })],
  ['an error', () => ({ ...errorFromWire({ code: 'ERR_IO', message: 'x' } as never) })],
  ['a message', () => parseMessage('{"type":"response","seq":1,"payload":0}')],
  ['no message', () => parseMessage('{"seq":1}')],
  ['an answer', () => isAnswer('hello', { protocol: 1 })],
  [
    'an event that is not known',
    () =>
      eventFromWire({ event_type: 'progress', execution_id: ID, timestamp: WHEN } as never) ?? null,
  ],
  [
    'a summary without its fields',
    () => summaryFromWire({ id: ID, started_at: WHEN, metadata: {} } as never),
  ],
];

describe('a polluted Object.prototype', () => {
  test.each(conversions)('does not change %s', async (_, convert) => {
    const expected = JSON.stringify(convert());
    let got = '';
    await polluted(pollution, async () => {
      got = JSON.stringify(convert());
    });
    expect(got).toBe(expected);
  });

  const result = {
    id: ID,
    status: 'failed',
    exitCode: 1,
    durationMs: 1,
    startedAt: 0,
    completedAt: 0,
    stdout: '',
    stderr: '',
    metadata: {},
    resourceUsage: null,
    termination: null,
    error: { code: 'ERR_IO', message: 'x' },
  } as never;
  const details = { reason: 'INVALID_ID', errno: -2, syscall: 'open', path: '/x', result } as const;
  const settings: [string, () => unknown][] = [
    ...conversions,
    ['a result', () => resultFromWire(resultToWire(result) as never)],
    ['a summary', () => summaryToWire(result)],
    ['an effective configuration', () => effectiveConfigFromWire({ max_line_bytes: 1 })],
    ['metadata', () => metadataFromWire({ source: 'x', conversation_id: 'y' })],
    ['an error with details', () => errorToWire(new ExecutionError('ERR_IO', 'x', details))],
    ['a TypeError', () => errorFromWire({ name: 'TypeError', code: 'X', message: 'x' } as never)],
    ['a RangeError', () => errorFromWire({ name: 'RangeError', code: 'X', message: 'x' } as never)],
  ];
  test.each(settings)('with setters has none called by %s', async (_, convert) => {
    const all = [...Object.keys(pollution), 'exit_code', 'duration', 'error_info', 'source'];
    expect(await calledSetters(all, convert)).toEqual([]);
  });

  test('does not change the answers that a client gets', async () => {
    const { client } = await connectedPair();
    await polluted(
      { error: { code: 'polluted' }, result: 'polluted', path: 'polluted' },
      async () => {
        expect(await client.run(node('console.log("hi")'))).toMatchObject({ stdout: 'hi\n' });
        expect(await client.runningCount()).toBe(0);
      },
    );
  });
});
