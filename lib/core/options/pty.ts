/** The `pty` of a request, and the size of a terminal. */

import type { TerminalSize } from '../../../types/request';
import { PTY } from '../fields/request';
import { asPlainObject, ownValue, wrongType, wrongValue } from './checks';
import { missing } from './command';
import { CheckedTable, fieldValues } from './fields';

const TABLE = new CheckedTable(PTY, {});
const SIZE_TABLE = new CheckedTable({ cols: PTY.cols, rows: PTY.rows }, {});

/** The values in the order in which they cross into the engine; `undefined`: no terminal. */
export function ptyValues(name: string, value: unknown): unknown[] | undefined {
  if (value === false) return undefined;
  if (value === true) return TABLE.fields.map(() => undefined);
  if (typeof value !== 'object') throw wrongType(name, 'of type boolean or object', value);
  const values = fieldValues(name, value, TABLE);
  if (values[TABLE.fields.indexOf('term')] === '')
    throw wrongValue(`${name}.term`, 'must not be empty');
  return values;
}

/** Whether a request that may be refused asks for a terminal whose input stays open. */
export function isInteractive(request: unknown): boolean {
  const pty = ownValue(request, 'pty');
  const isAsked = pty === true || (typeof pty === 'object' && pty !== null);
  return isAsked && ownValue(request, 'input') === undefined;
}

/** A checked copy. */
export function asTerminalSize(name: string, value: unknown): TerminalSize {
  const [cols, rows] = fieldValues(name, asPlainObject(name, value), SIZE_TABLE) as [
    number | undefined,
    number | undefined,
  ];
  if (cols === undefined) throw missing(`${name}.cols`);
  if (rows === undefined) throw missing(`${name}.rows`);
  return { cols, rows };
}
