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
/** The fields that name an execution, see {@link idOf}. */
const KEY = ['id', 'run'];
const FORMS = ['lines', 'batches', 'none'] as const;

/** The id of the execution. With `run`, it must be the one that the `execute` with that `seq` began. */
function idOf({ executions }: CommandContext, fields: Fields): string {
  const id = asString('id', fields.id);
  const run = optional(asNumber, 'run', fields.run ?? undefined);
  if (run !== undefined && executions.find(id)?.run !== run) throw notFound(id);
  return id;
}

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
function attach({ executions }: CommandContext, fields: Fields, call: Call): WireAttached {
  const forwarded = executions.attach(asString('id', fields.id), call.seq);
  const { status, outcome } = forwarded.handle.facts;
  const { pid = null, key } = forwarded.handle;
  call.after = () => forwarded.release();
  return { run: forwarded.run, status, pid, key, result: outcome ? outcomeToWire(outcome) : null };
}

/** Checks a request. Starts nothing. */
async function validate(context: CommandContext, fields: Fields): Promise<void> {
  const files = asBoolean('files', fields.files ?? true);
  await context.engine.validate(context.executions.requestOf(fields.request), { files });
}

async function getResult(context: CommandContext, fields: Fields): Promise<unknown> {
  const { engine } = context;
  const id = idOf(context, fields);
  const encoding = asOneOf('encoding', fields.encoding ?? 'utf8', ['utf8', 'buffer'] as const);
  const redacted = asBoolean('redacted', fields.redacted ?? true);
  if (!redacted) {
    const exact = await context.executions.exactResult(id, encoding);
    return exact && resultToWire<string | Uint8Array>(exact);
  }
  const result =
    encoding === 'buffer' ? await engine.getResult(id, { encoding }) : await engine.getResult(id);
  return result && resultToWire<string | Uint8Array>(result);
}

async function waitForCompletion(context: CommandContext, fields: Fields): Promise<unknown> {
  const id = idOf(context, fields);
  const timeoutMs = number(fields, 'timeout_ms');
  return resultToWire(await context.executions.waitForCompletion(id, timeoutMs));
}

function sendInput(context: CommandContext, fields: Fields): Promise<void> {
  const data = asData('data', dataFromWire('data', fields.data));
  return context.engine.sendInput(idOf(context, fields), data);
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
function watch(context: CommandContext, fields: Fields): null {
  const { executions } = context;
  const form = asOneOf('output', fields.output, FORMS);
  if (fields.id === undefined || fields.id === null) {
    executions.setDefaultForm(form);
    return null;
  }
  const id = idOf(context, fields);
  const forwarded = executions.find(id);
  if (forwarded === undefined) throw notFound(id);
  forwarded.setForm(form);
  return null;
}

/** First the methods of the engine, in their order there; then the commands of a connection. */
export const PROTOCOL_COMMANDS: Readonly<Record<string, ProtocolCommand>> = {
  execute: { fields: ['request', 'output', 'result', 'aborted'], run: execute },
  attach: { fields: ['id'], run: attach },
  validate: { fields: ['request', 'files'], run: validate },
  get_status: {
    fields: KEY,
    run: (context, fields) => context.engine.getStatus(idOf(context, fields)),
  },
  get_result: { fields: [...KEY, 'encoding', 'redacted'], isLarge: true, run: getResult },
  wait_for_completion: {
    fields: [...KEY, 'timeout_ms'],
    isLarge: true,
    run: waitForCompletion,
  },
  cancel: {
    fields: KEY,
    run: (context, fields) => context.executions.cancel(idOf(context, fields)),
  },
  kill: {
    fields: [...KEY, 'signal'],
    run: (context, fields) =>
      context.engine.kill(idOf(context, fields), fields.signal as NodeJS.Signals),
  },
  renew: { fields: KEY, run: (context, fields) => context.engine.renew(idOf(context, fields)) },
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
  close_input: {
    fields: KEY,
    run: (context, fields) => context.engine.closeInput(idOf(context, fields)),
  },
  resize: {
    fields: [...KEY, 'cols', 'rows'],
    run: (context, fields) => {
      const { cols, rows } = fields as unknown as TerminalSize;
      return context.engine.resize(idOf(context, fields), { cols, rows });
    },
  },
  list: { fields: ['status', 'tag', 'key', 'limit'], isLarge: true, run: list },
  running_count: { fields: [], run: ({ engine }) => engine.runningCount() },
  queued_count: { fields: [], run: ({ engine }) => engine.queuedCount() },
  remove_execution: {
    fields: KEY,
    run: (context, fields) => context.engine.removeExecution(idOf(context, fields)),
  },
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
    run: (context, fields, { seq }) => context.feed(idOf(context, fields), asNumber('seq', seq)),
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
