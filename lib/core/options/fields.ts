/** Reads the fields of an object by their table: own properties only, each of them once. */

import type { Kind } from '../fields/kinds';
import { asPlainObject, type Fields } from './checks';
import { type Check, checkOf, type SingleKind } from './kinds';
import { refuseUnknown, unknownField } from './names';

/** Where the value of a field goes, its check, and its name in messages, which is not made for each request. */
interface Slot {
  readonly index: number;
  readonly check: Check;
  readonly name: string;
}

/** A table with the checks of its kinds, which are put together at the first use. */
export class CheckedTable<K extends Kind = Kind> {
  readonly #table: Readonly<Record<string, K>>;
  readonly #more: Readonly<Record<string, Check>>;
  #fields: readonly string[] | undefined;
  #slots: ReadonlyMap<string, Slot> | undefined;
  /** The object whose fields the names of the slots are. */
  #path: string | undefined;
  #places: readonly undefined[] | undefined;
  readonly #others: number;

  /** `more`: checks of kinds that are not single values. `others`: how many values follow those of the fields. */
  constructor(
    table: Readonly<Record<string, K>>,
    more: Readonly<Record<Exclude<Extract<K, string>, SingleKind>, Check>>,
    others = 0,
  ) {
    this.#table = table;
    this.#more = more;
    this.#others = others;
  }

  get fields(): readonly string[] {
    this.#fields ??= Object.keys(this.#table);
    return this.#fields;
  }

  /** `path`: the name of the object, which rarely differs from that of the call before. */
  slotsOf(path: string): ReadonlyMap<string, Slot> {
    if (this.#slots !== undefined && this.#path === path) return this.#slots;
    this.#path = path;
    this.#slots = new Map(
      this.fields.map((field, index) => {
        const check = checkOf(this.#table[field] as Kind, this.#more);
        return [field, { index, check, name: `${path}.${field}` }];
      }),
    );
    return this.#slots;
  }

  /** A place for each value. Without holes: the engine would read those from the prototype. */
  places(): unknown[] {
    this.#places ??= new Array<undefined>(this.fields.length + this.#others).fill(undefined);
    return this.#places.slice();
  }
}

/** Puts the checked values of the fields that are given into their places. */
export function takeFields(
  path: string,
  given: unknown,
  table: CheckedTable,
  values: unknown[],
): void {
  const object = asPlainObject(path, given);
  const slots = table.slotsOf(path);
  for (const field of Object.keys(object)) {
    const slot = slots.get(field);
    if (slot === undefined) throw unknownField(path, field, table.fields);
    const value = object[field];
    if (value !== undefined) values[slot.index] = slot.check(slot.name, value);
  }
}

/** As {@link takeFields}, into places of their own. */
export function fieldValues(path: string, given: unknown, table: CheckedTable): unknown[] {
  const values = table.places();
  takeFields(path, given, table, values);
  return values;
}

/** The own fields of an optional object, with nothing to inherit. Unknown ones are refused. */
export function ownFields(path: string, given: unknown, known: readonly string[]): Fields {
  if (given === undefined) return Object.freeze({ __proto__: null });
  const object = asPlainObject(path, given);
  refuseUnknown(path, object, known);
  return { __proto__: null, ...object };
}
