/** What a line with a `type` may ask for. */

import { setImmediate as turn } from 'node:timers/promises';
import { type ExecutionEngine, ExecutionError } from '../index';
import { asBoolean, asData, asNumber, asOneOf, asString, optional } from '../options/checks';
import { configToWire } from './config';
import type { FollowedExecutions } from './executions';
import { resultToWire, statsToWire, summaryToWire } from './result';
import { dataFromWire, numberFromWire } from './values';

export type Fields = Readonly<Record<string, unknown>>;

/** What commands work on. */
export interface CommandContext {
  readonly engine: ExecutionEngine;
  readonly executions: FollowedExecutions;
  readonly maxLineBytes: number;
  /** Sends the lines of an execution under the number of the call; resolves when all are sent. */
  feed(id: string, seq: number): Promise<void>;
  taken(reader: number, count: number): void;
  stopFeed(reader: number): void;
  shutdown(graceMs: number | undefined): Promise<void>;
}

/** One line with a `type`. */
export interface Call {
  readonly seq: number | null;
  /** What is to be done behind the answer. */
  after?: () => void;
}

interface Command {
  /** Besides `type` and `seq`. */
  fields: readonly string[];
  /** Nobody waits for an answer, and there is none but to an error. */
  quiet?: boolean;
  /** Answered behind all that was asked before. */
  isLast?: boolean;
  run(context: CommandContext, fields: Fields, call: Call): unknown;
}

const PROTOCOL = 1;
/** Whom a command is for, see {@link idOf}. */
const KEY = ['id', 'run'];
const FORMS = ['lines', 'batches', 'none'] as const;

/** Whom the command is for. `run`: the one that the `execute` with that `seq` began, and no other. */
function idOf({ executions }: CommandContext, fields: Fields): string {
  const id = asString('id', fields.id);
  const run = optional(asNumber, 'run', fields.run ?? undefined);
  if (run !== undefined && executions.find(id)?.run !== run) throw notFound(id);
  return id;
}

const notFound = (id: string): ExecutionError =>
  new ExecutionError('ERR_EXECUTION_NOT_FOUND', `Execution not found: ${id}`);

const number = (fields: Fields, name: string): number | undefined =>
  optional(asNumber, name, numberFromWire(fields[name] ?? undefined));

/** Starts an execution; answers when it is admitted, ahead of all its events. */
async function execute(
  context: CommandContext,
  fields: Fields,
  call: Call,
): Promise<{ id: string }> {
  const { followed, admission } = context.executions.start(
    fields.request,
    {
      form: asOneOf('output', fields.output ?? 'lines', FORMS),
      wholeResult: asBoolean('result', fields.result ?? true),
      run: call.seq,
    },
    asBoolean('aborted', fields.aborted ?? false),
  );
  call.after = () => followed.tell();
  await admission;
  return { id: followed.id };
}

async function getResult(context: CommandContext, fields: Fields): Promise<unknown> {
  const { engine } = context;
  const id = idOf(context, fields);
  const encoding = asOneOf('encoding', fields.encoding ?? 'utf8', ['utf8', 'buffer'] as const);
  const result =
    encoding === 'buffer' ? await engine.getResult(id, { encoding }) : await engine.getResult(id);
  return result && resultToWire<string | Uint8Array>(result);
}

function watch(context: CommandContext, fields: Fields): null {
  const { executions } = context;
  const form = asOneOf('output', fields.output, FORMS);
  if (fields.id === undefined || fields.id === null) executions.setDefaultForm(form);
  else {
    const id = idOf(context, fields);
    const followed = executions.find(id);
    if (followed === undefined) throw notFound(id);
    followed.setForm(form);
  }
  return null;
}

/** As the methods of the engine, in their order there; then what only a connection needs. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  execute: { fields: ['request', 'output', 'result', 'aborted'], run: execute },
  get_status: {
    fields: KEY,
    run: (context, fields) => context.engine.getStatus(idOf(context, fields)),
  },
  get_result: { fields: [...KEY, 'encoding'], run: getResult },
  wait_for_completion: {
    fields: [...KEY, 'timeout_ms'],
    async run(context, fields) {
      const id = idOf(context, fields);
      const timeoutMs = number(fields, 'timeout_ms');
      return resultToWire(await context.executions.waitForCompletion(id, timeoutMs));
    },
  },
  cancel: {
    fields: KEY,
    run: (context, fields) => context.engine.cancel(idOf(context, fields)),
  },
  kill: {
    fields: [...KEY, 'signal'],
    run: (context, fields) =>
      context.engine.kill(idOf(context, fields), fields.signal as NodeJS.Signals),
  },
  send_input: {
    fields: [...KEY, 'data'],
    run(context, fields) {
      const data = asData('data', dataFromWire('data', fields.data));
      return context.engine.sendInput(idOf(context, fields), data);
    },
  },
  close_input: {
    fields: KEY,
    run: (context, fields) => context.engine.closeInput(idOf(context, fields)),
  },
  list: {
    fields: ['status', 'tag', 'limit'],
    async run({ engine }, { status, tag, limit }) {
      const filter = {
        status: status ?? undefined,
        tag: tag ?? undefined,
        limit: limit ?? undefined,
      };
      return (await engine.listExecutions(filter as object)).map(summaryToWire);
    },
  },
  running_count: { fields: [], run: ({ engine }) => engine.runningCount() },
  queued_count: { fields: [], run: ({ engine }) => engine.queuedCount() },
  remove_execution: {
    fields: KEY,
    async run(context, fields) {
      const id = idOf(context, fields);
      await context.engine.removeExecution(id);
      context.executions.forget(id);
    },
  },
  cleanup: { fields: [], run: ({ engine }) => engine.cleanup() },
  start_cleanup_task: { fields: [], run: ({ engine }) => engine.startCleanupTask() },
  stop_cleanup_task: { fields: [], run: ({ engine }) => engine.stopCleanupTask() },
  stats: { fields: [], run: async ({ engine }) => statsToWire(await engine.stats()) },
  on_idle: {
    fields: [],
    async run({ engine }) {
      await engine.onIdle();
      // Behind the events of what has just ended: those may still wait for the answer to their request.
      await turn();
    },
  },
  shutdown: {
    fields: ['grace_ms'],
    isLast: true,
    run: (context, fields) => context.shutdown(number(fields, 'grace_ms')),
  },
  hello: {
    fields: [],
    run: ({ engine, maxLineBytes }) => ({
      protocol: PROTOCOL,
      pid: process.pid,
      max_line_bytes: maxLineBytes,
      config: configToWire(engine.config),
    }),
  },
  watch: { fields: [...KEY, 'output'], run: watch },
  read_lines: {
    fields: KEY,
    run: (context, fields, { seq }) => context.feed(idOf(context, fields), asNumber('seq', seq)),
  },
  lines_taken: {
    fields: ['reader', 'count'],
    quiet: true,
    run: (context, { reader, count }) =>
      context.taken(asNumber('reader', reader), asNumber('count', count)),
  },
  stop_lines: {
    fields: ['reader'],
    quiet: true,
    run: (context, { reader }) => context.stopFeed(asNumber('reader', reader)),
  },
};
