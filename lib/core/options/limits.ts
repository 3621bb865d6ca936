/** The limits of a command, in configurations and requests. */

import type { ProcessLimits } from '../../../types/request';
import { LIMITS } from '../fields/request';
import { CheckedTable, fieldValues } from './fields';

const TABLE = new CheckedTable(LIMITS, {});

/** The values in the order in which they cross into the engine. */
export const limitValues = (name: string, value: unknown): unknown[] =>
  fieldValues(name, value, TABLE);

/** A checked copy. */
export function asLimits(name: string, value: unknown): ProcessLimits {
  const values = limitValues(name, value);
  const given = TABLE.fields.map((field, index) => [field, values[index]] as const);
  return Object.fromEntries(given.filter(([, limit]) => limit !== undefined));
}
