/** The dependencies of a plan: which commands each one needs. Pure. */

import { asArray, asPlainObject, ExecutionError, shortened } from '../../core/index';

/** By the index of a command, the indexes of those that it needs. */
export type Needs = readonly (readonly number[])[];

/** Names that a message lists. */
const MOST_NAMES = 10;
/** Commands of a long cycle that a message names, at either end. */
const CIRCLE_ENDS = 5;

const invalid = (problem: string): ExecutionError =>
  new ExecutionError('ERR_VALIDATION', `Validation error: ${problem}`, {
    reason: 'INVALID_DEPENDENCY_GRAPH',
  });

/** Resolves names and indexes. `names`: those of the commands. */
export function neededSteps(
  path: string,
  given: unknown,
  names: readonly (string | undefined)[],
): Needs {
  const dependencies = asPlainObject(path, given);
  const needs = names.map(() => new Set<number>());
  const indexOf = lookUp(names);
  for (const key of Object.keys(dependencies)) {
    const step = indexOf(key, path);
    const at = `${path}.${shortened(key)}`;
    for (const needed of asArray(at, dependencies[key])) {
      const index = indexOf(needed, at);
      if (index === step) throw invalid(`"${at}": ${label(step, names)} depends on itself`);
      needs[step]?.add(index);
    }
  }
  const all = needs.map((set) => [...set]);
  const circle = circleIn(all);
  if (circle === undefined) return all;
  throw invalid(`"${path}" has a cycle${circleText(circle, names)}`);
}

/** Finds the index of a command by its name or index. A text is a name first. */
function lookUp(names: readonly (string | undefined)[]): (given: unknown, path: string) => number {
  const byName = new Map<unknown, number>();
  for (const [index, name] of names.entries()) if (name !== undefined) byName.set(name, index);
  return (given, path) => {
    const isNumber = typeof given === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(given);
    const index = byName.get(given) ?? (isNumber ? Number(given) : given);
    if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < names.length)
      return index as number;
    throw noCommand(given, names, path);
  };
}

function noCommand(
  given: unknown,
  names: readonly (string | undefined)[],
  path: string,
): ExecutionError {
  const shown = typeof given === 'string' ? `'${shortened(given)}'` : shortened(String(given));
  const known = names.filter((name) => name !== undefined);
  const some = known.slice(0, MOST_NAMES).map((name) => `'${shortened(name)}'`);
  const more = known.length > MOST_NAMES ? [`${known.length - MOST_NAMES} more names`] : [];
  const allowed = [`an index from 0 to ${names.length - 1}`, ...some, ...more].join(', ');
  return invalid(`"${path}": there is no command ${shown}. It must be one of: ${allowed}`);
}

const label = (step: number, names: readonly (string | undefined)[]): string =>
  shortened(names[step] ?? String(step));

/** `: a -> b -> a`. A long cycle without its middle. */
function circleText(circle: readonly number[], names: readonly (string | undefined)[]): string {
  const shown = (steps: readonly number[]): string[] => steps.map((step) => label(step, names));
  if (circle.length <= 2 * CIRCLE_ENDS) return `: ${shown(circle).join(' -> ')}`;
  const [begin, end] = [circle.slice(0, CIRCLE_ENDS), circle.slice(-CIRCLE_ENDS)];
  const middle = `... ${circle.length - 2 * CIRCLE_ENDS} more ...`;
  const text = [...shown(begin), middle, ...shown(end)].join(' -> ');
  return ` of ${circle.length - 1} commands: ${text}`;
}

/** The first cycle in the order of its dependencies, with its first step again at its end. */
export function circleIn(needs: Needs): number[] | undefined {
  const done = new Set<number>();
  for (let start = 0; start < needs.length; start++) {
    const circle = circleFrom(start, needs, done);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** Without recursion: a chain can be longer than the stack. `done`: steps that are part of no cycle. */
function circleFrom(start: number, needs: Needs, done: Set<number>): number[] | undefined {
  const trail: number[] = [];
  const onTrail = new Set<number>();
  const open: { step: number; next: number }[] = [{ step: start, next: 0 }];
  while (open.length > 0) {
    const top = open.at(-1) as { step: number; next: number };
    if (top.next === 0) {
      trail.push(top.step);
      onTrail.add(top.step);
    }
    const needed = needs[top.step]?.[top.next++];
    if (needed === undefined) {
      open.pop();
      onTrail.delete(top.step);
      trail.pop();
      done.add(top.step);
    } else if (onTrail.has(needed)) {
      return [...trail.slice(trail.indexOf(needed)), needed];
    } else if (!done.has(needed)) {
      open.push({ step: needed, next: 0 });
    }
  }
  return undefined;
}
