/** The executions of the window, updated by the Tauri event `execution-event`. */

import type { WireEvent, WireRequest, WireResult } from 'escher-execution-engine/bridge/wire';

/** The used part of `@tauri-apps/api`: `listen` of `event`, `invoke` of `core`. */
export interface Tauri {
  listen<Payload>(
    event: string,
    handler: (event: { payload: Payload }) => void,
  ): Promise<() => void>;
  invoke<Value>(command: string, args: Record<string, unknown>): Promise<Value>;
}

export interface ExecutionView {
  id: string;
  command: string;
  status: 'running' | 'completed' | 'failed' | 'timeout' | 'cancelled';
  lines: { stream: 'stdout' | 'stderr'; text: string }[];
  /** The error message, if it failed. */
  problem: string | undefined;
}

/** Maximum number of lines in a view; the result has the output. */
const KEPT_LINES = 5000;

export class Executions {
  readonly #tauri: Tauri;
  readonly #views = new Map<string, ExecutionView>();
  readonly #changed: (view: ExecutionView) => void;
  #stopListening: (() => void) | undefined;

  /** `changed` is called for every change of a view. */
  constructor(tauri: Tauri, changed: (view: ExecutionView) => void) {
    this.#tauri = tauri;
    this.#changed = changed;
  }

  /** Must be called before the first command, to receive all events. */
  async start(): Promise<void> {
    this.#stopListening = await this.#tauri.listen<WireEvent>('execution-event', ({ payload }) =>
      this.#apply(payload),
    );
  }

  stop(): void {
    this.#stopListening?.();
  }

  /** Returns the id; rejects with the error message of the engine. */
  async run(request: WireRequest): Promise<string> {
    return await this.#tauri.invoke<string>('execute_command', { request });
  }

  async cancel(id: string): Promise<boolean> {
    return await this.#tauri.invoke<boolean>('cancel_execution', { id });
  }

  /** Returns the result with its kept output; `null` before the end. */
  async result(id: string): Promise<WireResult | null> {
    return await this.#tauri.invoke<WireResult | null>('get_execution_result', { id });
  }

  #apply(event: WireEvent): void {
    const view = this.#viewOf(event.execution_id);
    switch (event.event_type) {
      case 'started':
        view.command = event.command;
        break;
      case 'output':
        for (const text of event.lines) view.lines.push({ stream: event.stream, text });
        break;
      case 'stdout':
      case 'stderr':
        view.lines.push({ stream: event.event_type, text: event.line });
        break;
      case 'completed':
      case 'failed':
      case 'timeout':
      case 'cancelled':
        view.status = event.event_type;
        view.problem = event.result.error ?? undefined;
        break;
      default:
        return;
    }
    if (view.lines.length > KEPT_LINES) view.lines.splice(0, view.lines.length - KEPT_LINES);
    this.#changed(view);
  }

  #viewOf(id: string): ExecutionView {
    let view = this.#views.get(id);
    if (view === undefined) {
      view = { id, command: '', status: 'running', lines: [], problem: undefined };
      this.#views.set(id, view);
    }
    return view;
  }
}
