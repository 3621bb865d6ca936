/** The calls that a page can make, by name. Their arguments are untrusted. */

import type { ExecutionEngineApi, InputData } from '../../../types/api';
import type { TerminalEvent } from '../../../types/events';
import type { TerminalSize, ValidateOptions } from '../../../types/request';
import type { ExecutionResult } from '../../../types/result';
import { executionFilter, noExactOutput, notFound, ownValue } from '../../core/index';
import { LISTENERS } from '../ipc';
import { accessDenied, codedError, pageGone } from '../page-errors';
import { authorizedRequest } from './authorize';
import type { Caller } from './caller';
import { ownedExecution } from './owned-execution';
import { cancelPlan, executePlan, planResult } from './plan-calls';
import type { Subscription } from './subscriptions';

type Handler = (caller: Caller, args: readonly unknown[]) => unknown;

/** A method of the engine that takes the id of an execution. */
const byId =
  (call: (engine: ExecutionEngineApi, id: string, rest: readonly unknown[]) => unknown): Handler =>
  (caller, [id, ...rest]) =>
    call(caller.engine, accessibleId(caller, id), rest);

/** The methods of the engine. The option `allow` limits them. */
const ENGINE_CALLS: Record<string, Handler> = {
  execute: (caller, [request]) => start(caller, request, LISTENERS, false),
  validate: (caller, [request, options]) => validate(caller, request, options),
  cancel: byId((engine, id) => engine.cancel(id)),
  kill: byId((engine, id, [signal]) => engine.kill(id, signal as NodeJS.Signals)),
  renew: byId((engine, id) => engine.renew(id)),
  getStatus: byId((engine, id) => engine.getStatus(id)),
  getResult: (caller, [id, options]) => getResult(caller, id, options),
  waitForCompletion: byId((engine, id, [options]) =>
    engine.waitForCompletion(id, options as { timeoutMs?: number }),
  ),
  sendInput: byId((engine, id, [data]) => engine.sendInput(id, data as InputData)),
  closeInput: byId((engine, id) => engine.closeInput(id)),
  resize: byId((engine, id, [size]) => engine.resize(id, size as TerminalSize)),
  removeExecution: byId((engine, id) => engine.removeExecution(id)),
  executePlan: (caller, [plan, options, number, lines]) =>
    executePlan(caller, plan, options, asNumber(number), lines === true),
  listExecutions: (caller, [filter]) => list(caller, filter),
  runningCount: ({ engine }) => engine.runningCount(),
  queuedCount: ({ engine }) => engine.queuedCount(),
  stats: ({ engine }) => engine.stats(),
};

/** Calls about what the page watches, and about its plans. Every page can make them. */
const WATCH_CALLS: Record<string, Handler> = {
  watch: (caller, [id, number, lines]) => watch(caller, id, asNumber(number), lines === true),
  attach: (caller, [id, number, lines]) => attach(caller, id, asNumber(number), lines === true),
  cancelPlan: (caller, [id]) => cancelPlan(caller, id),
  planResult: (caller, [id]) => planResult(caller, id),
  unwatch: ({ page }, [number]) => page.unwatch(asNumber(number)),
  subscribe: (caller, [id]) => watch(caller, id, LISTENERS, false),
  unsubscribe: ({ page }, [id]) => page.unsubscribe(String(id).toLowerCase()),
  subscribeAll: ({ page, settings }) => {
    if (settings.access !== 'all') {
      throw accessDenied(`Pages may watch their own executions only: "access" is 'own'`);
    }
    page.subscribeAll();
  },
  unsubscribeAll: ({ page }) => page.unsubscribeAll(),
  listenToLines: ({ page }) => page.listenToLines(),
};

/** Throws or returns a promise for invalid calls too. */
export function answerCall(caller: Caller, method: unknown, args: readonly unknown[]): unknown {
  const name = String(method);
  if (Object.hasOwn(WATCH_CALLS, name)) return WATCH_CALLS[name]?.(caller, args);
  const engineMethod = name === 'run' ? 'execute' : name;
  if (!Object.hasOwn(ENGINE_CALLS, engineMethod)) {
    throw codedError('ERR_INVALID_ARG_VALUE', `The engine has no method '${name}' for pages`);
  }
  if (!caller.settings.allow.has(engineMethod)) {
    throw accessDenied(`Pages may not call '${engineMethod}'`);
  }
  if (name === 'run') return start(caller, args[0], asNumber(args[1]), args[2] === true);
  return ENGINE_CALLS[engineMethod]?.(caller, args);
}

/** Runs a command for the callbacks with that `number`, or for the listeners of the page. */
async function start(
  caller: Caller,
  untrusted: unknown,
  number: number,
  lines: boolean,
): Promise<string> {
  const { page } = caller;
  const request = await authorizedRequest(untrusted, caller.sender, caller.settings);
  if (page.isClosed) throw pageGone();
  const { execution, hub, admitted } = ownedExecution(caller, request);
  if (number === LISTENERS) page.subscribe(hub);
  else page.watch(number, hub, lines);
  await admitted;
  return execution.id;
}

/** A request that the page may not run is refused too. */
async function validate(caller: Caller, untrusted: unknown, options: unknown): Promise<void> {
  const { engine, sender, settings } = caller;
  const request = await authorizedRequest(untrusted, sender, settings);
  await engine.validate(request, options as ValidateOptions | undefined);
}

/** The exact output is for the page that asked for it. */
async function getResult(caller: Caller, untrusted: unknown, options: unknown): Promise<unknown> {
  const { engine, page } = caller;
  const id = accessibleId(caller, untrusted);
  if (ownValue(options, 'redacted') === false && !page.raw.has(id)) {
    // Rejects for an unknown id.
    await engine.getStatus(id);
    throw noExactOutput("that this page has not started with capture: 'raw'");
  }
  return await engine.getResult(id, options as { encoding?: 'utf8' });
}

async function watch(
  caller: Caller,
  untrusted: unknown,
  number: number,
  lines: boolean,
): Promise<TerminalEvent | undefined> {
  const { hubs, page } = caller;
  const id = accessibleId(caller, untrusted);
  const hub = hubs.find(id);
  if (hub !== undefined) {
    if (number === LISTENERS) page.subscribe(hub);
    else page.watch(number, hub, lines);
    return undefined;
  }
  // Subscribed before the status is read, so that no event in between is missed.
  const subscription =
    number === LISTENERS ? page.subscribeById(id) : page.watchById(number, id, lines);
  return subscription && (await endOfEnded(caller, subscription, id));
}

/** As {@link watch}, through a handle of the engine: with all retained lines, also of one that has ended. */
async function attach(
  caller: Caller,
  untrusted: unknown,
  number: number,
  lines: boolean,
): Promise<string> {
  const { engine, hubs, page } = caller;
  const id = accessibleId(caller, untrusted);
  const known = hubs.find(id);
  const execution = known?.execution ?? engine.attach(id);
  if (execution === undefined) throw notFound(id);
  const hub = known ?? hubs.add(execution);
  page.watch(number, hub, lines);
  try {
    const result = await engine.getResult(id);
    if (result === null) return id;
    // It may emit no more events.
    if (known === undefined) hubs.remove(id);
    hub.end(terminalEvent(result));
  } catch (error) {
    if (known === undefined) hubs.remove(id);
    page.unwatch(number);
    throw error;
  }
  return id;
}

/** The terminal event of an execution that has ended: it emits no more events. */
async function endOfEnded(
  { engine, page }: Caller,
  subscription: Subscription,
  id: string,
): Promise<TerminalEvent | undefined> {
  try {
    const result = await engine.getResult(id);
    if (page.isClosed) throw pageGone();
    // With events under way, the terminal event follows them. This answer could overtake them.
    if (result === null || subscription.hasEvents) return undefined;
    subscription.stop();
    return terminalEvent(result);
  } catch (error) {
    subscription.stop();
    throw error;
  }
}

function terminalEvent({ stdout: _out, stderr: _err, ...outcome }: ExecutionResult): TerminalEvent {
  const { id: executionId, completedAt: timestamp, key } = outcome;
  return { executionId, timestamp, key, result: outcome };
}

/** An execution that the page has no access to is reported as unknown. */
function accessibleId({ settings, window }: Caller, id: unknown): string {
  // The engine rejects what is not a string.
  if (typeof id !== 'string') return id as string;
  const known = id.toLowerCase();
  if (settings.access === 'own' && !window.own.has(known)) throw notFound(id);
  return known;
}

async function list({ engine, settings, window }: Caller, untrusted: unknown) {
  const filter = executionFilter(untrusted);
  if (settings.access === 'all') return await engine.listExecutions(filter);
  const { limit, ...rest } = filter;
  const known = await engine.listExecutions(rest);
  return known.filter(({ id }) => window.own.has(id)).slice(0, limit);
}

function asNumber(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw codedError('ERR_INVALID_ARG_TYPE', 'The number of a watch must be an integer');
}
