/** Unknown field names, and the known name that was probably meant. */

import { CONFIG } from '../fields/config';
import { COMMANDS, LIMITS, REQUEST, RUN_OPTIONS } from '../fields/request';
import { distance, LONGEST, plain } from '../util/similar';
import { wrongValue } from './checks';

/** Names of other tools and short forms, and the fields that they mean: the first one that is known. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  abortsignal: ['signal'],
  columns: ['cols'],
  concurrency: ['maxConcurrentExecutions', 'maxConcurrency'],
  cwd: ['workingDir'],
  directory: ['workingDir'],
  environment: ['env'],
  height: ['rows'],
  logfile: ['outputLogPath', 'logDir'],
  maxattempts: ['attempts'],
  maxbuffer: ['maxOutputSizeBytes'],
  maxconcurrency: ['maxConcurrentExecutions'],
  maxconcurrent: ['maxConcurrentExecutions'],
  maxqueue: ['maxQueuedExecutions'],
  maxqueued: ['maxQueuedExecutions'],
  maxretries: ['attempts'],
  retries: ['attempts'],
  retryon: ['on'],
  secrets: ['redact'],
  timeout: ['timeoutMs', 'defaultTimeoutMs'],
  timeoutms: ['timeoutMs', 'defaultTimeoutMs'],
  width: ['cols'],
  workdir: ['workingDir'],
};

/** Where a field belongs that is at the wrong place. */
export interface Place {
  readonly fields: readonly string[];
  /** Ends the sentence "it is …". */
  readonly name: string;
}

const fieldsOf = (tables: readonly object[]): string[] => tables.flatMap(Object.keys);

const PLACES: readonly Place[] = [
  { fields: fieldsOf([REQUEST]), name: 'a field of the request' },
  { fields: fieldsOf([RUN_OPTIONS]), name: 'an option, in the second argument of run()' },
  {
    fields: Object.values(COMMANDS).flatMap(({ required, optional }) =>
      fieldsOf([required, optional]),
    ),
    name: 'a field of "request.command"',
  },
  { fields: fieldsOf([CONFIG]), name: 'a field of the configuration' },
  { fields: fieldsOf([LIMITS]), name: 'a field of "limits"' },
];

/** The nearest known name, if one is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined;
  const given = plain(name);
  const alias = aliasOf(given, known);
  if (alias !== undefined) return alias;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(given, plain(candidate));
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

function aliasOf(given: string, known: readonly string[]): string | undefined {
  const meant = Object.hasOwn(ALIASES, given) ? (ALIASES[given] as readonly string[]) : [];
  return meant
    .map((field) => known.find((name) => plain(name) === plain(field)))
    .find((name) => name !== undefined);
}

/** `; did you mean "timeoutMs"?`, `; it is a field of the request`, or nothing. */
export function hint(
  field: string,
  known: readonly string[],
  places: readonly Place[] = PLACES,
): string {
  const given = plain(field);
  const place = places.find(({ fields }) => fields.includes(field));
  const isElsewhere = place !== undefined && aliasOf(given, known) === undefined;
  if (isElsewhere) return `; it is ${place.name}`;
  const meant = nearest(field, known);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  for (const { fields, name } of places) {
    const alias = aliasOf(given, fields);
    if (alias !== undefined) return `; did you mean "${alias}", ${name}?`;
  }
  return '';
}

/** The error for a field of `path` that is not one of `known`. */
export const unknownField = (
  path: string,
  field: string,
  known: readonly string[],
  places?: readonly Place[],
): TypeError => wrongValue(`${path}.${field}`, `is unknown${hint(field, known, places)}`);

/** Refuses fields that are not in `known`; `path` is the name of the object. */
export function refuseUnknown(path: string, fields: object, known: readonly string[]): void {
  const field = Object.keys(fields).find((name) => !known.includes(name));
  if (field !== undefined) throw unknownField(path, field, known);
}
