/** Converts configurations between the API and the wire. */

import type { ExecutionConfig, ExecutionConfigInput } from '../../../types/config';
import { CONFIG, setAllOwn } from '../../core/index';
import { fieldsFromWire, fieldsToWire, limits, stop, wireTable } from './fields';
import { reading } from './names';

const TABLE = wireTable(CONFIG, { limits, stop });

/** The effective configuration. Secrets do not cross: it shows `***` in their place. */
export function configToWire(config: Readonly<ExecutionConfig>): Record<string, unknown> {
  return fieldsToWire('config', config, TABLE) as Record<string, unknown>;
}

export function configFromWire(wire: unknown): ExecutionConfigInput {
  return reading(() => fieldsFromWire('config', wire, TABLE)) as ExecutionConfigInput;
}

/** Has every field; `undefined` for those without a value. */
export function effectiveConfigFromWire(wire: unknown): Readonly<ExecutionConfig> {
  const config = Object.fromEntries(Object.keys(CONFIG).map((field) => [field, undefined]));
  return Object.freeze(
    setAllOwn(config, fieldsFromWire('config', wire, TABLE)),
  ) as unknown as Readonly<ExecutionConfig>;
}
