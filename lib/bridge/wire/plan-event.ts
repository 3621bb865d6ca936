/** Converts events of plans between the API and the wire. */

import type { PlanEventName, PlanEvents } from '../../../types/plan';
import type { WirePlanEvent } from '../../../types/wire-plan';
import { errorInfoFromWire, errorInfoToWire } from './plan-result';
import { outcomeFromWire, outcomeToWire } from './result';
import { timeFromWire, timeToWire } from './values';

/** An event of a plan: its name and its payload. */
export type NamedPlanEvent = {
  [Name in PlanEventName]: { name: Name; payload: PlanEvents[Name] };
}[PlanEventName];

/**
 * An event of a plan as the wire has it; `progress` is in the form of the crate.
 * @example
 * ```ts
 * run.on('progress', (payload) => send('execution-event', planEventToWire('progress', payload)));
 * ```
 */
export function planEventToWire<Name extends PlanEventName>(
  name: Name,
  payload: PlanEvents[Name],
): WirePlanEvent {
  const event = { name, payload } as NamedPlanEvent;
  const base = { plan_id: event.payload.planId, timestamp: timeToWire(event.payload.timestamp) };
  switch (event.name) {
    case 'stepStarted': {
      const { step, name, executionId: execution_id, pid, command } = event.payload;
      return { event_type: 'step_started', ...base, step, name, execution_id, pid, command };
    }
    case 'stepRetrying': {
      const { step, name, executionId: execution_id, attempt, delayMs: delay_ms } = event.payload;
      const result = event.payload.result && outcomeToWire(event.payload.result);
      const attempted = { execution_id, attempt, delay_ms, result };
      return { event_type: 'step_retrying', ...base, step, name, ...attempted };
    }
    case 'stepFinished': {
      const { step, name, status, executionId: execution_id } = event.payload;
      const error = errorInfoToWire(event.payload.error);
      const result = event.payload.result && outcomeToWire(event.payload.result);
      const end = { status, execution_id, error, result };
      return { event_type: 'step_finished', ...base, step, name, ...end };
    }
    case 'progress': {
      const { completed, total, currentCommand: current_command } = event.payload;
      return { event_type: 'progress', ...base, completed, total, current_command };
    }
  }
}

/** The event of a plan for an event of the wire; `undefined` if it is unknown here: an event of another version. */
export function planEventFromWire(wire: WirePlanEvent): NamedPlanEvent | undefined {
  const base = { planId: wire.plan_id, timestamp: timeFromWire(wire.timestamp) };
  switch (wire.event_type) {
    case 'step_started': {
      const { step, name, execution_id: executionId, pid, command } = wire;
      return {
        name: 'stepStarted',
        payload: { ...base, step, name, executionId, pid, command },
      };
    }
    case 'step_retrying': {
      const { step, name, execution_id: executionId, attempt, delay_ms: delayMs } = wire;
      const result = wire.result && outcomeFromWire(wire.result);
      return {
        name: 'stepRetrying',
        payload: { ...base, step, name, executionId, attempt, delayMs, result },
      };
    }
    case 'step_finished': {
      const { step, name, status, execution_id: executionId } = wire;
      const error = errorInfoFromWire(wire.error);
      const result = wire.result && outcomeFromWire(wire.result);
      return {
        name: 'stepFinished',
        payload: { ...base, step, name, status, executionId, error, result },
      };
    }
    case 'progress': {
      const { completed, total, current_command: currentCommand } = wire;
      return { name: 'progress', payload: { ...base, completed, total, currentCommand } };
    }
    default:
      return undefined;
  }
}
