/** What goes into the store and onto the disk: the data of jobs, outcomes, lines and the ledger. */

import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { JOB_DATA_BYTES, OUTCOME_BYTES } from '../../../lib/bullmq/bounds';
import { jobData, readJobData } from '../../../lib/bullmq/job-data';
import { Ledger } from '../../../lib/bullmq/ledger';
import { LiveLines, linesIn } from '../../../lib/bullmq/live-lines';
import { failure, ofExecution, returnValue, withoutExecution } from '../../../lib/bullmq/outcome';
import type { SideStore } from '../../../lib/bullmq/store/side-store';
import { Tails } from '../../../lib/bullmq/tails';
import type { CommandOutcome } from '../../../types/bullmq';
import type { ExecutionRequest } from '../../../types/request';
import type { ExecutionOutcome } from '../../../types/result';
import { tempDir } from '../support/temp';

const command = { type: 'shell', command: 'true' } as const;
const facts = { jobId: 'job', attempt: 1, host: 'here' };
const lost = (attempt: number): CommandOutcome => ({
  ...withoutExecution(facts, 'failed', failure('ERR_LOST', 'x')),
  attempt,
});

describe('the data of a job', () => {
  test.each([
    ['redact', { redact: ['secret-value'] }, /secretRefs/],
    ['capture', { capture: 'raw' as const }, /its output is stored, and redacted/],
    ['id', { id: 'x' }, /request\.id/],
    ['key', { key: 'x' }, /options of add/],
    ['leaseMs', { leaseMs: 1000 }, /lockMs/],
    ['stdin', { stdin: 'pipe' as const }, /no writer/],
    ['input', { input: new Uint8Array(1) }, /must be a string/],
  ])('refuses %s', (_field, fields, message) => {
    expect(() => jobData({ command, ...fields }, {})).toThrow(message);
  });

  test('does not show the secret that it refuses', () => {
    expect(() => jobData({ command, redact: ['secret-value'] }, {})).not.toThrow(/secret-value/);
  });

  test('has at most 64 KiB', () => {
    const request = { command: { type: 'shell', command: 'x'.repeat(JOB_DATA_BYTES) } } as const;
    expect(() => jobData(request, {})).toThrow(/at most 65536/);
  });

  test('survives JSON: paths and patterns are text', () => {
    const directory = path.resolve('/srv');
    const script = path.join(directory, 'run.sh');
    const request: ExecutionRequest = {
      command: { type: 'script', path: pathToFileURL(script) },
      workingDir: pathToFileURL(directory),
      progress: { pattern: /(\d+)%/i },
    };
    const read = readJobData(JSON.parse(JSON.stringify(jobData(request, { key: 'k' }))));
    expect(read).toMatchObject({
      key: 'k',
      idempotent: false,
      retryOn: ['launch'],
      request: {
        command: { path: script },
        workingDir: directory,
        progress: { pattern: '(\\d+)%', flags: 'i' },
      },
    });
  });

  test.each([
    [null],
    [{}],
    [{ v: 2, request: { command }, key: null, idempotent: false, retryOn: [], secretRefs: null }],
    [
      {
        v: 1,
        request: { command, redact: ['x'] },
        key: null,
        idempotent: false,
        retryOn: [],
        secretRefs: null,
      },
    ],
  ])('of another program is refused: %j', (data) => {
    expect(() => readJobData(data)).toThrow(expect.objectContaining({ code: 'ERR_JOB_DATA' }));
  });

  test.each<[object, RegExp]>([
    [{ request: null }, /"data\.request".*of type object. Received null/],
    [{ request: { command, stop: 'x' } }, /"request\.stop".*instance of Array/],
    [{ request: { command, stdin: 'pipe' } }, /"request\.stdin".*no writer/],
    [{ request: { command, input: 5 } }, /"request\.input".*must be a string/],
    [{ request: { command, timeoutMS: 5 } }, /"request\.timeoutMS".*unknown/],
    [{ request: {} }, /"request\.command" is required/],
    [{ secretRefs: { A: 5 } }, /"data\.secretRefs\.A".*of type string/],
    [{ secretRefs: [] }, /"data\.secretRefs".*plain object/],
    [{ retryOn: ['x'] }, /"data\.retryOn\[0\]".*'launch', 'timeout'/],
    [{ key: 5 }, /"data\.key".*of type string/],
    [{ key: '' }, /"data\.key".*1 to 256/],
    [{ idempotent: 1 }, /"data\.idempotent".*boolean/],
    [{ v: 2 }, /"data\.v".*must be 1. Received 2/],
  ])('with %j is refused, with the reason', (part, message) => {
    const data = { ...jobData({ command }, {}), ...part };
    expect(() => readJobData(data)).toThrow(
      expect.objectContaining({ code: 'ERR_JOB_DATA', message: expect.stringMatching(message) }),
    );
  });

  test('keeps what JSON would lose: a removed variable, and a wait without an end', () => {
    const env = { HOME: undefined, LANG: 'C' };
    const request = { command, env, forceKillAfterDelayMs: Number.POSITIVE_INFINITY };
    expect(jobData(request, {}).request).toMatchObject({
      env: { HOME: null, LANG: 'C' },
      forceKillAfterDelayMs: false,
    });
  });
});

describe('an outcome', () => {
  const result = { id: 'e', status: 'completed', success: true, error: null } as ExecutionOutcome;

  test('fits into 16 KiB, also if JSON makes each character six', () => {
    const tail = '\u0001'.repeat(6000);
    const outcome = ofExecution(facts, result, { stdout: tail, stderr: tail }, undefined);
    expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThanOrEqual(OUTCOME_BYTES);
    expect(outcome.stdoutTail.length).toBeGreaterThan(500);
  });

  test('has the reason of the worker only if that ended the command', () => {
    const interrupted = failure('ERR_INTERRUPTED', 'shut down');
    const tails = { stdout: '', stderr: '' };
    expect(ofExecution(facts, result, tails, interrupted)).toMatchObject({
      status: 'completed',
      error: null,
    });
    const ended = { ...result, status: 'cancelled', success: false } as ExecutionOutcome;
    expect(ofExecution(facts, ended, tails, interrupted)).toMatchObject({
      status: 'failed',
      error: { code: 'ERR_INTERRUPTED' },
    });
  });

  test('has a message of at most 512 bytes', () => {
    expect(Buffer.byteLength(failure('X', 'é'.repeat(1000)).message)).toBeLessThanOrEqual(512);
  });

  test('is returned without its tails, which each event would repeat', () => {
    const outcome = ofExecution(facts, result, { stdout: 'a', stderr: 'b' }, undefined);
    expect(returnValue(outcome)).toMatchObject({ stdoutTail: '', stderrTail: '' });
  });
});

test('a tail is the end of the lines', () => {
  const tails = new Tails(8);
  tails.add({ stream: 'stdout', lines: ['first', 'second'], firstSeq: 0, partial: false });
  tails.add({ stream: 'stdout', lines: ['th'], firstSeq: 2, partial: true });
  tails.add({ stream: 'stdout', lines: ['ird'], firstSeq: 3, partial: false });
  expect(tails.stdout).toBe('d\nthird\n');
  expect(tails.stderr).toBe('');
});

describe('live lines', () => {
  /** A store that has the texts. */
  const recorder = (texts: string[]): SideStore =>
    ({
      append: async (_id: string, text: string) => {
        texts.push(text);
      },
    }) as unknown as SideStore;

  test('arrive in their order, with their streams', async () => {
    const texts: string[] = [];
    const live = new LiveLines(recorder(texts), 'job', 2, { bytes: 4096, flushMs: 1 });
    live.add({ stream: 'stdout', lines: ['a', 'b'], firstSeq: 0, partial: false });
    live.add({ stream: 'stderr', lines: ['c'], firstSeq: 2, partial: false });
    await live.end(10_000);
    expect(texts.flatMap(linesIn)).toEqual([
      { stream: 'stdout', line: 'a', attempt: 2 },
      { stream: 'stdout', line: 'b', attempt: 2 },
      { stream: 'stderr', line: 'c', attempt: 2 },
    ]);
  });

  test('are the newest ones within the bytes, in batches of a sixteenth', async () => {
    const texts: string[] = [];
    const live = new LiveLines(recorder(texts), 'job', 1, { bytes: 4096, flushMs: 60_000 });
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    live.add({ stream: 'stdout', lines, firstSeq: 0, partial: false });
    await live.end(10_000);
    expect(texts.flatMap(linesIn).at(-1)?.line).toBe('line 999');
    expect(texts.join('').length).toBeLessThanOrEqual(2 * 4096);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(512);
  });
});

describe('the ledger', () => {
  const read = async (directory: string): Promise<CommandOutcome[]> => {
    const found: CommandOutcome[] = [];
    const ledger = await Ledger.in(directory);
    await ledger.replay(async (outcome) => {
      found.push(outcome);
    });
    await ledger.close();
    return found;
  };

  test('is empty when the store has everything', async () => {
    const directory = tempDir();
    const ledger = await Ledger.in(directory);
    await Promise.all([1, 2, 3].map((attempt) => ledger.add(lost(attempt))));
    for (let i = 0; i < 3; i++) ledger.reported();
    await ledger.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('keeps what was not reported for the next worker', async () => {
    const directory = tempDir();
    const ledger = await Ledger.in(directory);
    await ledger.add(lost(1));
    await ledger.add(lost(2));
    ledger.reported();
    await ledger.close();
    expect((await read(directory)).map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([0o777, 0o770, 0o707])('refuses a directory with mode %o', async (mode) => {
    const directory = tempDir();
    chmodSync(directory, mode);
    await expect(Ledger.in(directory)).rejects.toThrow(
      /ledgerDir.*no other user can write to.*with mode 07[07][07]/,
    );
  });

  test('skips a line that was cut off by a crash', async () => {
    const directory = tempDir();
    const lines = `${JSON.stringify(lost(1))}\n${JSON.stringify(lost(2)).slice(0, 30)}`;
    writeFileSync(path.join(directory, `${process.pid}-old.ledger`), lines);
    expect(await read(directory)).toHaveLength(1);
  });

  test('does not read the file of a worker of this process', async () => {
    const directory = tempDir();
    const ledger = await Ledger.in(directory);
    await ledger.add(lost(1));
    expect(await read(directory)).toEqual([]);
    const [name] = readdirSync(directory) as [string];
    expect(readFileSync(path.join(directory, name), 'utf8')).toContain('ERR_LOST');
    await ledger.close();
  });
});
