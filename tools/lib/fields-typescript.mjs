// The TypeScript side of the fields: the index of each value that is given to the engine, and functions that make objects
// of those that it returns.
import { NOTE, sizeOf, tables } from './field-tables.mjs';

const { CONFIG, REQUEST, REQUEST_CONTEXT, RETURNED } = tables;

/** The text of lib/core/generated/given.ts. */
export function givenFields() {
  const request = [...Object.keys(REQUEST), ...REQUEST_CONTEXT];
  const config = Object.keys(CONFIG);
  return `${[NOTE, '', ...indexes('REQUEST_AT', request), ...indexes('CONFIG_AT', config)].join(
    '\n',
  )}`;
}

function indexes(name, fields) {
  return [
    `export const ${name} = {`,
    ...fields.map((field, index) => `  ${field}: ${index},`),
    '} as const;',
    '',
  ];
}

/** The text of lib/core/generated/returned.ts. */
export function returnedFields() {
  const outcome = Object.keys(RETURNED.outcome.of);
  return `${[
    NOTE,
    '',
    "import type * as types from '../../../types/result';",
    "import * as from from '../execution/crossing';",
    '',
    ...Object.entries(RETURNED).flatMap(([name, { type, of }]) => factory(name, type, of)),
    ...maker('result', 'ExecutionResult', withOutput(RETURNED.outcome.of)),
    'export const OUTCOME_AT = {',
    ...placesOf(RETURNED.outcome.of).map(([field, at]) => `  ${field}: ${at},`),
    '} as const;',
    '',
    '/** A spread of so many fields takes V8 a hundred times as long. */',
    'export const resultOf = <Text extends string | Uint8Array>(',
    '  outcome: types.ExecutionOutcome,',
    '  stdout: Text,',
    '  stderr: Text,',
    '): types.ExecutionResult<Text> => ({',
    ...outcome.map((field) => `  ${field}: outcome.${field},`),
    '  stdout,',
    '  stderr,',
    '});',
  ].join('\n')}\n`;
}

function factory(name, type, table) {
  return [
    `export const ${name.toUpperCase()}_VALUES = ${sizeOf(table)};`,
    '',
    ...maker(name, type, table),
  ];
}

/** `outcomeAt(values, at, id)`: its values start at index `at`. */
function maker(name, type, table) {
  const given = Object.keys(table).filter((field) => table[field].kind === 'given');
  return [
    `export const ${name}At = (`,
    '  values: readonly unknown[],',
    '  at: number,',
    ...given.map((field) => `  ${field}: types.${type}['${field}'],`),
    `): types.${type} => ({`,
    ...properties(`types.${type}`, table, 0).map((line) => `  ${line}`),
    '});',
    '',
  ];
}

function properties(type, table, first) {
  let next = first;
  return Object.entries(table).flatMap(([field, { kind, of, isOptional }]) => {
    const its = `${type}['${field}']`;
    const at = next;
    next += kind === 'group' ? sizeOf(of) : kind === 'given' ? 0 : 1;
    if (kind === 'given') return [`${field},`];
    if (kind === 'same') return [`${field}: ${value(at)} as ${its},`];
    if (kind !== 'group') return [`${field}: from.${kind}(${value(at)}),`];
    const inner = properties(isOptional ? `NonNullable<${its}>` : its, of, at);
    const start = isOptional ? `${field}: ${value(at)} === null ? null : {` : `${field}: {`;
    return [start, ...inner.map((line) => `  ${line}`), '},'];
  });
}

/** The fields of a result: those of its outcome, then its output. */
function withOutput(outcome) {
  return { ...outcome, stdout: { kind: 'given' }, stderr: { kind: 'given' } };
}

/** The index of each value that is not in an object inside the object. */
function placesOf(table) {
  let next = 0;
  return Object.entries(table).flatMap(([field, { kind, of }]) => {
    const at = next;
    next += kind === 'group' ? sizeOf(of) : kind === 'given' ? 0 : 1;
    return kind === 'group' || kind === 'given' ? [] : [[field, at]];
  });
}

function value(offset) {
  return offset === 0 ? 'values[at]' : `values[at + ${offset}]`;
}
