/** The commands of the protocol: what a line with a `type` can request. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TerminalSize } from '../../../types/request';
import type { ShutdownResult } from '../../../types/result';
import type { WireAttached } from '../../../types/wire';
import {
  asBoolean,
  asData,
  asNumber,
  asOneOf,
  asString,
  type ExecutionEngine,
  notFound,
  optional,
} from '../../core/index';
import { configToWire } from '../wire/config';
import { outcomeToWire, resultToWire, statsToWire, summaryToWire } from '../wire/result';
import { dataFromWire, numberFromWire } from '../wire/values';
import type { ConnectionExecutions } from './connection-executions';
import type { ConnectionPlans } from './connection-plans';

export type Fields = Readonly<Record<string, unknown>>;

/** The connection that commands act on. */
export interface CommandContext {
  readonly engine: ExecutionEngine;
  readonly executions: ConnectionExecutions;
  readonly plans: ConnectionPlans;
  readonly maxLineBytes: number;
  /** Sends the lines of an execution, tagged with the `seq` of the call. Resolves after the last one. */
  feed(id: string, seq: number): Promise<void>;
  /** As {@link feed}, for the lines of a plan. */
  feedPlan(id: string, seq: number): Promise<void>;
  acknowledge(reader: number, count: number): void;
  stopFeed(reader: number): void;
  shutdown(graceMs: number | undefined): Promise<ShutdownResult>;
}

/** One line with a `type`. */
export interface Call {
  readonly seq: number | null;
  /** Runs after the answer is queued. */
  after: (() => void) | undefined;
}

interface ProtocolCommand {
  /** The fields besides `type` and `seq`. */
  fields: readonly string[];
  /** Only errors are answered. */
  isQuiet?: boolean;
  /** The `type` of its answer, if it is not `response`. */
  answer?: 'plan_result';
  /** Answered after all earlier commands. */
  isLast?: boolean;
  /** Its answer may be large. The next line is read when there is room for another one. */
  isLarge?: boolean;
  run(context: CommandContext, fields: Fields, call: Call): unknown;
}

const PROTOCOL = 1;
/** The fields that name an execution, see {@link withId}. */
const KEY = ['id', 'run'];
const FORMS = ['lines', 'batches', 'none'] as const;

/**
 * Calls `act` with the id of the execution: at once, or when it is known which execution the id means. With `run`, it must be the one
 * that the `execute` with that `seq` began.
 */
function withId<T>(
  { executions }: CommandContext,
  fields: Fields,
  act: (id: string) => T | Promise<T>,
  pending = executions.choice(asString('id', fields.id)),
): T | Promise<T> {
  const id = asString('id', fields.id);
  const run = optional(asNumber, 'run', fields.run ?? undefined);
  const actNow = (): T | Promise<T> => {
    if (run !== undefined && executions.find(id)?.run !== run) throw notFound(id);
    return act(id);
  };
  return pending === undefined ? actNow() : pending.then(actNow);
}

/**
 * As {@link withId}, for what the engine does by the id alone. A request that will be refused must not reach the execution
 * that has its id, so `run` waits for its admission.
 */
function onEngine<T>(
  context: CommandContext,
  fields: Fields,
  act: (engine: ExecutionEngine, id: string) => Promise<T>,
): T | Promise<T> {
  const id = asString('id', fields.id);
  const { executions, engine } = context;
  const hasRun = (fields.run ?? undefined) !== undefined;
  const pending = hasRun ? executions.admissions(id) : executions.choice(id);
  return withId(context, fields, () => act(engine, id), pending);
}

/** A command that is a method of the engine with nothing but the id. */
const byId =
  <T>(act: (engine: ExecutionEngine, id: string) => Promise<T>) =>
  (context: CommandContext, fields: Fields): T | Promise<T> =>
    onEngine(context, fields, act);

const number = (fields: Fields, name: string): number | undefined =>
  optional(asNumber, name, numberFromWire(fields[name] ?? undefined));

/** Starts an execution. Answered at its admission, before all its events. */
async function execute(
  context: CommandContext,
  fields: Fields,
  call: Call,
): Promise<{ id: string }> {
  const { forwarded, admission } = context.executions.start(
    fields.request,
    {
      form: asOneOf('output', fields.output ?? 'lines', FORMS),
      wholeResult: asBoolean('result', fields.result ?? true),
      run: call.seq,
    },
    asBoolean('aborted', fields.aborted ?? false),
  );
  call.after = () => forwarded.release();
  await admission;
  return { id: forwarded.id };
}

/** Forwards the events of an execution that another part of the program, or another connection, has started. */
function attach(
  context: CommandContext,
  fields: Fields,
  call: Call,
): WireAttached | Promise<WireAttached> {
  return withId(context, { id: fields.id }, (id) => {
    const forwarded = context.executions.attach(id, call.seq);
    const { run } = forwarded;
    const { status, outcome } = forwarded.handle.facts;
    const { pid = null, key } = forwarded.handle;
    call.after = () => forwarded.release();
    return { run, status, pid, key, result: outcome ? outcomeToWire(outcome) : null };
  });
}

/** Checks a request. Starts nothing. */
async function validate(context: CommandContext, fields: Fields): Promise<void> {
  const files = asBoolean('files', fields.files ?? true);
  await context.engine.validate(context.executions.requestOf(fields.request), { files });
}

function getResult(context: CommandContext, fields: Fields): unknown {
  const { engine, executions } = context;
  const encoding = asOneOf('encoding', fields.encoding ?? 'utf8', ['utf8', 'buffer'] as const);
  const redacted = asBoolean('redacted', fields.redacted ?? true);
  const read = (id: string) => {
    if (!redacted) return executions.exactResult(id, encoding);
    return encoding === 'buffer' ? engine.getResult(id, { encoding }) : engine.getResult(id);
  };
  return withId(context, fields, async (id) => {
    const result = await read(id);
    return result && resultToWire<string | Uint8Array>(result);
  });
}

function waitForCompletion(context: CommandContext, fields: Fields): unknown {
  const timeoutMs = number(fields, 'timeout_ms');
  return withId(context, fields, async (id) =>
    resultToWire(await context.executions.waitForCompletion(id, timeoutMs)),
  );
}

function sendInput(context: CommandContext, fields: Fields): void | Promise<void> {
  const data = asData('data', dataFromWire('data', fields.data));
  return onEngine(context, fields, (engine, id) => engine.sendInput(id, data));
}

async function list(
  { engine }: CommandContext,
  { status, tag, key, limit }: Fields,
): Promise<unknown> {
  const filter = {
    status: status ?? undefined,
    tag: tag ?? undefined,
    key: key ?? undefined,
    limit: limit ?? undefined,
  };
  return (await engine.listExecutions(filter as object)).map(summaryToWire);
}

async function onIdle({ engine }: CommandContext): Promise<void> {
  await engine.onIdle();
  // Answered after the events of the execution that ended last: they wait for the answer to its request.
  await nextTurn();
}

/** Runs a plan. Answered with its result, after its events. */
function executePlan({ plans }: CommandContext, fields: Fields): Promise<unknown> {
  return plans.start(fields.plan, {
    form: asOneOf('output', fields.output ?? 'lines', FORMS),
    wholeResults: asBoolean('result', fields.result ?? true),
    maxConcurrency: number(fields, 'max_concurrency'),
    aborted: asBoolean('aborted', fields.aborted ?? false),
  });
}

function hello({ engine, maxLineBytes }: CommandContext): object {
  return {
    protocol: PROTOCOL,
    pid: process.pid,
    max_line_bytes: maxLineBytes,
    config: configToWire(engine.config),
  };
}

/** Sets the form of the lines of one execution, or the default of the connection. */
function watch(context: CommandContext, fields: Fields): null | Promise<null> {
  const { executions } = context;
  const form = asOneOf('output', fields.output, FORMS);
  if (fields.id === undefined || fields.id === null) {
    executions.setDefaultForm(form);
    return null;
  }
  return withId(context, fields, (id) => {
    const forwarded = executions.find(id);
    if (forwarded === undefined) throw notFound(id);
    forwarded.setForm(form);
    return null;
  });
}

/** First the methods of the engine, in their order there; then the commands of a connection. */
export const PROTOCOL_COMMANDS: Readonly<Record<string, ProtocolCommand>> = {
  execute: { fields: ['request', 'output', 'result', 'aborted'], run: execute },
  attach: { fields: ['id'], run: attach },
  validate: { fields: ['request', 'files'], run: validate },
  get_status: { fields: KEY, run: byId((engine, id) => engine.getStatus(id)) },
  get_result: { fields: [...KEY, 'encoding', 'redacted'], isLarge: true, run: getResult },
  wait_for_completion: {
    fields: [...KEY, 'timeout_ms'],
    isLarge: true,
    run: waitForCompletion,
  },
  cancel: {
    fields: KEY,
    run: (context, fields) => onEngine(context, fields, (_, id) => context.executions.cancel(id)),
  },
  kill: {
    fields: [...KEY, 'signal'],
    run: (context, fields) =>
      onEngine(context, fields, (engine, id) => engine.kill(id, fields.signal as NodeJS.Signals)),
  },
  renew: { fields: KEY, run: byId((engine, id) => engine.renew(id)) },
  add_secret: {
    fields: ['text'],
    run: ({ engine }, { text }) => engine.addSecret(text as string),
  },
  set_concurrency: {
    fields: ['limit'],
    run: ({ engine }, { limit }) => engine.setConcurrency(limit as number),
  },
  set_key_limit: {
    fields: ['key', 'limit'],
    run: ({ engine }, { key, limit }) => engine.setKeyLimit(key as string, limit as number | null),
  },
  pause: { fields: [], run: ({ engine }) => engine.pause() },
  resume: { fields: [], run: ({ engine }) => engine.resume() },
  send_input: { fields: [...KEY, 'data'], run: sendInput },
  close_input: { fields: KEY, run: byId((engine, id) => engine.closeInput(id)) },
  resize: {
    fields: [...KEY, 'cols', 'rows'],
    run: (context, fields) => {
      const { cols, rows } = fields as unknown as TerminalSize;
      return onEngine(context, fields, (engine, id) => engine.resize(id, { cols, rows }));
    },
  },
  list: { fields: ['status', 'tag', 'key', 'limit'], isLarge: true, run: list },
  running_count: { fields: [], run: ({ engine }) => engine.runningCount() },
  queued_count: { fields: [], run: ({ engine }) => engine.queuedCount() },
  remove_execution: { fields: KEY, run: byId((engine, id) => engine.removeExecution(id)) },
  cleanup: { fields: [], run: ({ engine }) => engine.cleanup() },
  start_cleanup_task: { fields: [], run: ({ engine }) => engine.startCleanupTask() },
  stop_cleanup_task: { fields: [], run: ({ engine }) => engine.stopCleanupTask() },
  stats: { fields: [], run: async ({ engine }) => statsToWire(await engine.stats()) },
  on_idle: { fields: [], run: onIdle },
  shutdown: {
    fields: ['grace_ms'],
    isLast: true,
    run: (context, fields) => context.shutdown(number(fields, 'grace_ms')),
  },
  execute_plan: {
    fields: ['plan', 'output', 'result', 'max_concurrency', 'aborted'],
    answer: 'plan_result',
    isLarge: true,
    run: executePlan,
  },
  cancel_plan: {
    fields: ['plan_id'],
    run: ({ plans }, { plan_id }) => plans.cancel(asString('plan_id', plan_id)),
  },
  read_plan_lines: {
    fields: ['plan_id'],
    run: (context, { plan_id }, { seq }) =>
      context.feedPlan(asString('plan_id', plan_id), asNumber('seq', seq)),
  },
  hello: { fields: [], run: hello },
  watch: { fields: [...KEY, 'output'], run: watch },
  read_lines: {
    fields: KEY,
    run: (context, fields, { seq }) =>
      withId(context, fields, (id) => context.feed(id, asNumber('seq', seq))),
  },
  lines_taken: {
    fields: ['reader', 'count'],
    isQuiet: true,
    run: (context, { reader, count }) =>
      context.acknowledge(asNumber('reader', reader), asNumber('count', count)),
  },
  stop_lines: {
    fields: ['reader'],
    isQuiet: true,
    run: (context, { reader }) => context.stopFeed(asNumber('reader', reader)),
  },
};

// What a command does not have must not be found on `Object.prototype`.
for (const command of Object.values(PROTOCOL_COMMANDS)) Object.setPrototypeOf(command, null);
