/** The configuration of an engine: what was given, over the defaults of the engine. */

import type * as os from 'node:os';
import type { ExecutionConfig } from '../../../types/config';
import { ExecutionError } from '../errors';
import { CONFIG } from '../fields/config';
import { CONFIG_AT as AT } from '../generated/given';
import { loadNative } from '../native/load';
import { setOwn } from '../util/own-property';
import { isPlainObject, ownValue, plainObjectFor, received, receivedType } from './checks';
import { ruleOf } from './config-rules';
import { hint } from './names';
import { isStopOfEngine } from './stop';

const fieldNames = () => Object.keys(CONFIG) as (keyof ExecutionConfig)[];

/** A configuration, in the form that users see and in the form that crosses. */
export interface CheckedConfig {
  readonly config: Readonly<ExecutionConfig>;
  readonly values: readonly unknown[];
}

function invalid(problem: string): ExecutionError {
  return new ExecutionError('ERR_INVALID_CONFIG', `Invalid configuration: ${problem}`);
}

/** The defaults are those of `src/model/config.hpp`, but for one that only Node knows. */
function defaultValues(): unknown[] {
  const values = [...loadNative().Engine.defaultConfig()];
  values[AT.ioThreads] = Math.min(4, (require('node:os') as typeof os).availableParallelism());
  return values;
}

/** `null`, where the engine has no value, is `undefined` for users. */
function publicValue(field: keyof ExecutionConfig, value: unknown): unknown {
  if (value === null) return undefined;
  const { fromNative = (native: unknown) => native } = ruleOf(CONFIG[field]);
  return fromNative(value);
}

function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`it must be an object. ${received(given)}`);
  }
  if (!isPlainObject(given)) {
    throw invalid(`it must be ${plainObjectFor('config', given)}. ${received(given)}`);
  }
  return given as Readonly<Record<string, unknown>>;
}

/** The effective configuration: checked, with its defaults, frozen. Throws `ERR_INVALID_CONFIG`. */
export function checkedConfig(given: unknown = {}): CheckedConfig {
  const values = defaultValues();
  const config = Object.fromEntries(
    fieldNames().map((field, index) => [field, publicValue(field, values[index])]),
  ) as unknown as ExecutionConfig;
  apply(given, config, values);
  values.push(Boolean((process.features as { typescript?: unknown }).typescript));
  return { config: Object.freeze(config), values };
}

/** As {@link checkedConfig}, over given defaults and without the native engine. */
export function configOver(
  defaults: Readonly<ExecutionConfig>,
  given: unknown = {},
): Readonly<ExecutionConfig> {
  const config = { ...defaults };
  apply(given, config, []);
  return Object.freeze(config);
}

/** Sets the fields that are given, in both forms. */
function apply(given: unknown, config: ExecutionConfig, values: unknown[]): void {
  const input = fieldsOf(given);
  const defaults = { ...config };
  for (const field of Object.keys(input)) {
    if (!Object.hasOwn(AT, field))
      throw invalid(`"${field}" is unknown${hint(field, fieldNames())}`);
    const value = input[field];
    if (value !== undefined) set(config, values, field as keyof ExecutionConfig, value);
  }
  refuseTwoForms(input, defaults);
  limitDefaultTimeout(config, values, Object.hasOwn(input, 'defaultTimeoutMs'));
}

function set(
  config: ExecutionConfig,
  values: unknown[],
  field: keyof ExecutionConfig,
  value: unknown,
): void {
  const rule = ruleOf(CONFIG[field]);
  if (!rule.holds(value)) {
    const part = rule.partFault?.(value);
    if (part !== undefined) throw invalid(part);
    const got = ` ${rule.isSecret ? receivedType(value) : received(value)}`;
    throw invalid(`"${field}" must be ${rule.allowed}.${got}${rule.hint?.(value) ?? ''}`);
  }
  const effective = rule.effective ? rule.effective(value) : value;
  setOwn(config, field, effective);
  values[AT[field]] = rule.toNative ? rule.toNative(effective) : effective;
}

/** `stop`, and a field that is a part of its short form. A copy of an engine's configuration has the defaults of those. */
function refuseTwoForms(
  input: Readonly<Record<string, unknown>>,
  defaults: Readonly<ExecutionConfig>,
): void {
  const stop = ownValue(input, 'stop');
  if (stop === undefined) return;
  const short = (['killSignal', 'forceKillAfterDelayMs'] as const).find((field) => {
    const value = ownValue(input, field);
    return value !== undefined && !(isStopOfEngine(stop) && value === defaults[field]);
  });
  if (short === undefined) return;
  throw invalid(`"stop" cannot be used together with "${short}", which is its short form`);
}

/** A default timeout that was not given follows a lower maximum; one that was given is refused. */
function limitDefaultTimeout(config: ExecutionConfig, values: unknown[], isGiven: boolean): void {
  const { defaultTimeoutMs, maxTimeoutMs } = config;
  if (defaultTimeoutMs <= maxTimeoutMs) return;
  if (isGiven) {
    const limit = `at most "maxTimeoutMs", which is ${maxTimeoutMs}`;
    throw invalid(`"defaultTimeoutMs" must be ${limit}. ${received(defaultTimeoutMs)}`);
  }
  config.defaultTimeoutMs = maxTimeoutMs;
  values[AT.defaultTimeoutMs] = maxTimeoutMs;
}

/** The grace period of a shutdown that names none: the time that the configuration gives a command. */
export function shutdownGraceMs(config: Readonly<ExecutionConfig>): number {
  const { forceKillAfterDelayMs, stop } = config;
  if (stop !== undefined) return stop.reduce((sum, { waitMs }) => sum + waitMs, 0);
  return forceKillAfterDelayMs === false ? 5000 : forceKillAfterDelayMs;
}
