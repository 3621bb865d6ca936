/** What a page may ask for, by name. Everything that arrives here is untrusted. */

import type { ExecutionEngineApi, InputData } from '../../types/api';
import type { PageSender } from '../../types/electron';
import type { TerminalEvent } from '../../types/events';
import type { ExecutionResult } from '../../types/result';
import { executionFilter } from '../options/call';
import { admission } from './admission';
import { authorized } from './authorize';
import { coded, denied, left, notFound } from './errors';
import type { Onlooker } from './onlookers';
import type { Settings } from './options';
import type { Page } from './page';
import type { RunningExecutions } from './running';
import type { EngineWindow } from './window';
import { LISTENERS } from './wire';

export interface Caller {
  engine: ExecutionEngineApi;
  settings: Settings;
  running: RunningExecutions;
  sender: PageSender;
  window: EngineWindow;
  page: Page;
}

type Handler = (caller: Caller, args: readonly unknown[]) => unknown;

/** Methods of the engine that take the id of an execution in reach, and pass the rest on. */
const byId =
  (call: (engine: ExecutionEngineApi, id: string, rest: readonly unknown[]) => unknown): Handler =>
  (caller, [id, ...rest]) =>
    call(caller.engine, reachable(caller, id), rest);

/** Held back by `allow`. */
const METHODS: Record<string, Handler> = {
  execute: (caller, [request]) => start(caller, request, LISTENERS, false),
  cancel: byId((engine, id) => engine.cancel(id)),
  kill: byId((engine, id, [signal]) => engine.kill(id, signal as NodeJS.Signals)),
  getStatus: byId((engine, id) => engine.getStatus(id)),
  getResult: byId((engine, id, [options]) =>
    engine.getResult(id, options as { encoding?: 'utf8' }),
  ),
  waitForCompletion: byId((engine, id, [options]) =>
    engine.waitForCompletion(id, options as { timeoutMs?: number }),
  ),
  sendInput: byId((engine, id, [data]) => engine.sendInput(id, data as InputData)),
  closeInput: byId((engine, id) => engine.closeInput(id)),
  removeExecution: byId((engine, id) => engine.removeExecution(id)),
  listExecutions: (caller, [filter]) => list(caller, filter),
  runningCount: ({ engine }) => engine.runningCount(),
  queuedCount: ({ engine }) => engine.queuedCount(),
  stats: ({ engine }) => engine.stats(),
};

/** Of the page itself. */
const OWN: Record<string, Handler> = {
  watch: (caller, [id, number, lines]) => watch(caller, id, asNumber(number), lines === true),
  unwatch: ({ page }, [number]) => page.unwatch(asNumber(number)),
  subscribe: (caller, [id]) => watch(caller, id, LISTENERS, false),
  unsubscribe: ({ page }, [id]) => page.unsubscribe(String(id).toLowerCase()),
  subscribeAll: ({ page, settings }) => {
    if (settings.access !== 'all') {
      throw denied(`Pages may watch their own executions only: "access" is 'own'`);
    }
    page.subscribeAll();
  },
  unsubscribeAll: ({ page }) => page.unsubscribeAll(),
  listenToLines: ({ page }) => page.listenToLines(),
};

/** Throws, or gives a promise, for whatever is asked. */
export function answer(caller: Caller, method: unknown, args: readonly unknown[]): unknown {
  const name = String(method);
  if (Object.hasOwn(OWN, name)) return OWN[name]?.(caller, args);
  const asked = name === 'run' ? 'execute' : name;
  if (!Object.hasOwn(METHODS, asked)) {
    throw coded('ERR_INVALID_ARG_VALUE', `The engine has no method '${name}' for pages`);
  }
  if (!caller.settings.allow.has(asked)) throw denied(`Pages may not call '${asked}'`);
  if (name === 'run') return start(caller, args[0], asNumber(args[1]), args[2] === true);
  return METHODS[asked]?.(caller, args);
}

/** Runs a command for callbacks under a `number`, or for the listeners of the page. */
async function start(
  caller: Caller,
  asked: unknown,
  number: number,
  lines: boolean,
): Promise<string> {
  const { engine, settings, running, window, page } = caller;
  const request = await authorized(asked, caller.sender, settings.authorize);
  if (page.isClosed) throw left();
  const execution = engine.run(request);
  const { id } = execution;
  const added = running.add(execution);
  window.own.add(id);
  if (number === LISTENERS) page.subscribe(added);
  else page.watch(number, added, lines);
  try {
    await admission(engine, execution);
  } catch (error) {
    running.remove(id);
    window.own.delete(id);
    for (const watch of [...added.watches]) watch.stop();
    throw error;
  }
  return id;
}

async function watch(
  caller: Caller,
  asked: unknown,
  number: number,
  lines: boolean,
): Promise<TerminalEvent | undefined> {
  const { running, page } = caller;
  const id = reachable(caller, asked);
  const known = running.find(id);
  if (known !== undefined) {
    if (number === LISTENERS) page.subscribe(known);
    else page.watch(number, known, lines);
    return undefined;
  }
  // Ahead of the question where it stands: what happens until the answer is here is told too.
  const onlooker =
    number === LISTENERS ? page.subscribeLookingOn(id) : page.lookOn(number, id, lines);
  return onlooker && (await endBefore(caller, onlooker, id));
}

/** An ended execution has no events any more: its end is the answer. */
async function endBefore(
  { engine, page }: Caller,
  onlooker: Onlooker,
  id: string,
): Promise<TerminalEvent | undefined> {
  try {
    const result = await engine.getResult(id);
    if (page.isClosed) throw left();
    // The answer would overtake what the page was told: its end is told behind that.
    if (result === null || onlooker.hasHeard) return undefined;
    onlooker.stop();
    return endOf(result);
  } catch (error) {
    onlooker.stop();
    throw error;
  }
}

function endOf({ stdout: _out, stderr: _err, ...outcome }: ExecutionResult): TerminalEvent {
  return { executionId: outcome.id, timestamp: outcome.completedAt, result: outcome };
}

/** What a page has no access to is as if it was not there. */
function reachable({ settings, window }: Caller, id: unknown): string {
  if (typeof id !== 'string') return id as string;
  const known = id.toLowerCase();
  if (settings.access === 'own' && !window.own.has(known)) throw notFound(id);
  return known;
}

async function list({ engine, settings, window }: Caller, asked: unknown) {
  const filter = executionFilter(asked);
  if (settings.access === 'all') return await engine.listExecutions(filter);
  const { limit, ...rest } = filter;
  const known = await engine.listExecutions(rest);
  return known.filter(({ id }) => window.own.has(id)).slice(0, limit);
}

function asNumber(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw coded('ERR_INVALID_ARG_TYPE', 'The number of a watch must be an integer');
}
