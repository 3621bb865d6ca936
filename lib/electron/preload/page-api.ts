/**
 * The object that a page gets. The context bridge copies data, wraps functions, and drops prototypes
 * and symbols: so the object has functions and plain data only.
 */

import type {
  PageCallbacks,
  PageEventName,
  PageExecution,
  PageExecutionEngine,
} from '../../../types/electron';
import type { TerminalEvent } from '../../../types/events';
import { PAGE_METHODS } from '../page-methods';
import { begun, callbacksByEvent, type Deliver } from './callbacks';
import type { PageClient } from './page-client';
import { executePlan } from './page-plan';

const CALLBACKS = {
  onStarted: 'started',
  onOutput: 'output',
  onSkipped: 'skipped',
  onProgress: 'progress',
  onEcho: 'echo',
  onStatusChanged: 'statusChanged',
  onSettled: 'settled',
} as const satisfies Record<keyof PageCallbacks, PageEventName>;

const EVENTS: Record<PageEventName, true> = {
  started: true,
  output: true,
  stdout: true,
  stderr: true,
  progress: true,
  echo: true,
  skipped: true,
  statusChanged: true,
  completed: true,
  failed: true,
  timeout: true,
  cancelled: true,
  settled: true,
  removed: true,
};

export function pageApi(client: PageClient): PageExecutionEngine {
  const methods = Object.fromEntries(
    PAGE_METHODS.map((name) => [name, (...args: unknown[]) => client.call(name, ...args)]),
  ) as unknown as PageExecutionEngine;
  return {
    ...methods,
    run: (request, callbacks) =>
      watched(client, callbacks, (number, lines) => client.call('run', request, number, lines)),
    watch: (id, callbacks) =>
      watched(client, callbacks, async (number, lines, deliver) => {
        const end = await client.call<TerminalEvent | undefined>('watch', id, number, lines);
        if (end !== undefined) deliver('settled', end);
        return end?.executionId ?? id.toLowerCase();
      }),
    attach: (id, callbacks) =>
      watched(client, callbacks, (number, lines) => client.call('attach', id, number, lines)),
    executePlan: (plan, callbacks, options) => executePlan(client, plan, callbacks, options),
    on: (name, callback) => {
      if (!Object.hasOwn(EVENTS, name)) {
        throw new TypeError(
          `Unknown event '${String(name)}'. Allowed: ${Object.keys(EVENTS).join(', ')}`,
        );
      }
      if (typeof callback !== 'function') throw new TypeError('The callback must be a function');
      return client.on(name, callback as (event: never) => unknown);
    },
    subscribe: async (id) => {
      await client.call('subscribe', id);
    },
    unsubscribe: (id) => client.call('unsubscribe', id),
    subscribeAll: () => client.call('subscribeAll'),
    unsubscribeAll: () => client.call('unsubscribeAll'),
  };
}

/** `begin` starts the watch with the given number and resolves with the id. */
async function watched(
  client: PageClient,
  callbacks: PageCallbacks | undefined,
  begin: (number: number, lines: boolean, deliver: Deliver) => Promise<string>,
): Promise<PageExecution> {
  const byEvent = callbacksByEvent(CALLBACKS, callbacks);
  const { id, number } = await begun(client, byEvent, (watch, deliver) =>
    begin(watch, byEvent.has('output'), deliver),
  );
  return handle(client, id, number);
}

function handle(client: PageClient, id: string, number: number): PageExecution {
  return {
    id,
    cancel: () => client.call('cancel', id),
    kill: (signal = 'SIGTERM') => client.call('kill', id, signal),
    renew: () => client.call('renew', id),
    sendInput: (data) => client.call('sendInput', id, data),
    closeInput: () => client.call('closeInput', id),
    resize: (size) => client.call('resize', id, size),
    result: () => client.call('waitForCompletion', id),
    unwatch: () => {
      client.forget(number);
      client.call('unwatch', number).catch(() => undefined);
    },
  };
}
