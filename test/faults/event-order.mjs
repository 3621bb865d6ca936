// Random commands that random things happen to: whatever that is, the events of each execution keep their order.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { ExecutionError } from 'escher-execution-engine';
import { accounted } from './support/account.mjs';
import { randomFrom } from './support/random.mjs';
import { exec, sh } from './support/requests.mjs';
import { sleep, waitFor } from './support/wait.mjs';

const EVENTS = [
  'started',
  'stdout',
  'stderr',
  'completed',
  'failed',
  'timeout',
  'cancelled',
  'settled',
  'statusChanged',
];
const TERMINAL = ['completed', 'failed', 'timeout', 'cancelled'];
const NEVER_STARTED = ['failed', 'cancelled'];

const commands = [
  () => exec('/bin/true'),
  () => sh('exit 7'),
  () => sh('seq 1 2000'),
  () => sh('seq 1 50; seq 1 50 >&2; seq 1 50'),
  () => sh('printf "no end"'),
  () => sh('sleep 0.05; echo late'),
  () => sh('sleep 30'),
  () => sh("trap '' TERM; sleep 0.2; echo deaf; sleep 30", { forceKillAfterDelayMs: 50 }),
  () => sh('sleep 0.1 & echo held'),
  () => sh('kill -9 $$'),
  () => sh('cat', { input: 'x'.repeat(100_000) }),
  () => exec('/nonexistent/program'),
  () => sh('true', { workingDir: '/nonexistent' }),
  () => exec('/bin/true', ['x'.repeat(3_000_000)]),
  () => exec('yes', [], { maxOutputSizeBytes: 10_000, oversizedOutputStrategy: 'failExecution' }),
  () => exec('seq', ['1', '5000'], { maxOutputSizeBytes: 100 }),
];

const faults = [
  async () => undefined,
  async (execution) => execution.cancel(),
  async (execution, random) => {
    await sleep(random() * 60);
    await execution.cancel();
  },
  async (execution, random) => {
    await sleep(random() * 60);
    await execution.kill('SIGKILL');
  },
  async (execution, random) => {
    await sleep(random() * 30);
    await execution.kill('SIGSTOP');
    await sleep(random() * 30);
    await execution.kill('SIGCONT');
  },
  async (execution, random) => {
    await sleep(random() * 60);
    if (execution.pid) process.kill(execution.pid, 'SIGTERM');
  },
];

const pick = (list, random) => list[Math.floor(random() * list.length)];

/** What must hold for the events of one execution, in the order in which they came. */
function checkOrder(events) {
  const names = events.map(({ name }) => name).filter((name) => name !== 'statusChanged');
  const ends = names.filter((name) => TERMINAL.includes(name));
  assert.equal(ends.length, 1, `terminal events: ${ends}`);
  assert.deepEqual(names.slice(-2), [ends[0], 'settled'], 'the end of the events');
  const startedAt = names.indexOf('started');
  const lines = events.filter(({ name }) => name === 'stdout' || name === 'stderr');
  if (startedAt === -1) {
    assert.ok(NEVER_STARTED.includes(ends[0]), `${ends[0]}, and never started`);
    assert.equal(lines.length, 0, 'lines of what never started');
  } else {
    assert.equal(startedAt, 0, 'started comes first');
    assert.equal(names.lastIndexOf('started'), 0, 'started comes once');
  }
  lines.forEach(({ payload }, index) => {
    assert.equal(payload.seq, index, 'the numbers of the lines');
  });
  checkStatuses(events, ends[0]);
}

function checkStatuses(events, end) {
  const changes = events
    .filter(({ name }) => name === 'statusChanged')
    .map(({ payload }) => payload);
  for (let index = 1; index < changes.length; index++) {
    assert.equal(changes[index].oldStatus, changes[index - 1].newStatus, 'a gap between statuses');
  }
  if (changes.length > 0) assert.equal(changes.at(-1).newStatus, end, 'the last status');
}

async function one({ engine, ledger }, random) {
  const request = pick(commands, random)();
  if (random() < 0.3) request.timeoutMs = 1 + Math.floor(random() * 120);
  else request.timeoutMs = 400;
  const { execution, ended } = ledger.start(request);
  const events = [];
  for (const name of EVENTS) execution.on(name, (payload) => events.push({ name, payload }));
  const terminalSeen = () => events.some(({ name }) => TERMINAL.includes(name));
  const waited = engine.waitForCompletion(execution.id).then(terminalSeen, (error) => {
    // One that was refused was never there to be waited for.
    return error.code === 'ERR_EXECUTION_NOT_FOUND' ? undefined : terminalSeen();
  });
  const happening = pick(faults, random)(execution, random).catch((error) => {
    if (!(error instanceof ExecutionError) && error.code !== 'ESRCH') throw error;
  });
  const { error } = await ended;
  await happening;
  if (error?.code === 'ERR_VALIDATION')
    return assert.deepEqual(events, [], 'events of a refused one');
  await waitFor('settled', () => events.some(({ name }) => name === 'settled'));
  // Whatever came after it would be too late.
  await new Promise((resolve) => setImmediate(resolve));
  checkOrder(events);
  assert.notEqual(await waited, false, 'waitForCompletion settled before the terminal event');
}

const orders = (context) => {
  const seed = Number(process.env.ESCHER_FAULT_SEED ?? randomInt(2 ** 31));
  const config = {
    maxConcurrentExecutions: 24,
    maxQueuedExecutions: Infinity,
    drainGraceMs: 30,
    forceKillAfterDelayMs: 200,
  };
  return accounted(context, config, async (account) => {
    const count = context.sizes.orders;
    const lanes = Array.from({ length: 40 }, async (_, lane) => {
      for (let index = lane; index < count; index += 40) {
        // A generator of its own: the order in which they end must not change what happens to the others.
        await one(account, randomFrom(seed + index)).catch((error) => {
          error.message += ` (execution ${index} of ESCHER_FAULT_SEED=${seed})`;
          throw error;
        });
      }
    });
    await Promise.all(lanes);
    return `${count} executions, seed ${seed}: ${account.ledger.summary}; started, lines by number, one terminal event, settled, and only then the promises`;
  });
};

export const rows = [
  {
    name: 'event-order',
    fault: 'random faults at random moments',
    how: 'random commands with cancels, signals, stops, timeouts, limits and launches that fail',
    run: orders,
  },
];
