/** The steps with which a command is stopped, in configurations and requests. */

import type { StopStep } from '../../../types/request';
import { STOP_STEP } from '../fields/request';
import { wrongType } from './checks';
import { CheckedTable, fieldValues } from './fields';

const TABLE = new CheckedTable(STOP_STEP, {});

/** The values of each step, in the order in which they cross into the engine, which checks their ranges. */
export function stopValues(name: string, value: unknown): unknown[][] {
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
  // Holes are entries too.
  return Array.from(value, (step: unknown, index) => {
    const path = `${name}[${index}]`;
    const values = fieldValues(path, step, TABLE);
    for (const [field, slot] of TABLE.slotsOf(path)) {
      if (field !== 'to' && values[slot.index] === undefined) slot.check(slot.name, undefined);
    }
    return values;
  });
}

const ofEngines = new WeakSet<object>();

/** A checked copy for the configuration of an engine, frozen. */
export function asStop(name: string, value: unknown): readonly StopStep[] {
  stopValues(name, value);
  const steps = (value as StopStep[]).map((step) => Object.freeze({ ...step }));
  ofEngines.add(steps);
  return Object.freeze(steps);
}

/** Whether it is the list in the configuration of an engine. */
export const isStopOfEngine = (value: unknown): boolean => ofEngines.has(value as object);
