/** Parses the regular expressions that can be matched in linear time. */

import { CharSet } from './char-set';

/** Nodes know whether they can match empty text: a repetition must make progress. */
export type Node = { readonly isNullable: boolean } & (
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assertion'; readonly type: Assertion }
  | { readonly kind: 'capture'; readonly index: number; readonly body: Node }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | {
      readonly kind: 'repetition';
      readonly body: Node;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
      /** The captures within the body: each iteration begins without them. */
      readonly captures: readonly [first: number, last: number];
    }
);

export type Assertion = '^' | '$' | 'b' | 'B';

export interface Syntax {
  readonly root: Node;
  readonly captureCount: number;
  /** The captures of each name: alternatives can use the same one. */
  readonly names: ReadonlyMap<string, readonly number[]>;
}

/** Why a valid regular expression is not accepted. */
export class UnsupportedSyntax extends Error {}

const EMPTY: Node = { kind: 'sequence', items: [], isNullable: true };

const sequence = (items: readonly Node[]): Node =>
  items.length === 1
    ? (items[0] as Node)
    : { kind: 'sequence', items, isNullable: items.every(({ isNullable }) => isNullable) };

/** `source`: a valid regular expression for these `flags`. */
export const parse = (source: string, flags: string): Syntax => new Parser(source, flags).parse();

const GROUP_PROBLEMS: Readonly<Record<string, string>> = {
  '(?=': 'a lookahead',
  '(?!': 'a lookahead',
  '(?<=': 'a lookbehind',
  '(?<!': 'a lookbehind',
};

class Parser {
  readonly #source: string;
  readonly #isUnicode: boolean;
  readonly #setFlags: string;
  readonly #sets = new Map<string, CharSet>();
  readonly #names = new Map<string, number[]>();
  #captureCount = 0;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#isUnicode = flags.includes('u');
    this.#setFlags = flags.replace('m', '');
  }

  parse(): Syntax {
    const root = this.#choice();
    return { root, captureCount: this.#captureCount, names: this.#names };
  }

  #choice(): Node {
    const options = [this.#sequence()];
    while (this.#take(/\|/y)) options.push(this.#sequence());
    if (options.length === 1) return options[0] as Node;
    return { kind: 'choice', options, isNullable: options.some(({ isNullable }) => isNullable) };
  }

  #sequence(): Node {
    const items: Node[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at] as string)) {
      const before = this.#captureCount;
      items.push(this.#repeated(this.#atom(), before + 1));
    }
    return items.length === 0 ? EMPTY : sequence(items);
  }

  #repeated(body: Node, firstCapture: number): Node {
    const token = this.#take(/[*+?]|\{\d+(?:,\d*)?\}/y);
    if (token === undefined) return body;
    const [least, most] = bounds(token);
    const isLazy = this.#take(/\?/y) !== undefined;
    const captures = [firstCapture, this.#captureCount] as const;
    const isNullable = least === 0 || body.isNullable;
    return { kind: 'repetition', body, least, most, isLazy, captures, isNullable };
  }

  #atom(): Node {
    const assertion = this.#take(/[$^]|\\[bB]/y);
    if (assertion !== undefined) {
      const type = assertion.at(-1) as Assertion;
      return { kind: 'assertion', type, isNullable: true };
    }
    if (this.#source[this.#at] === '(') return this.#group();
    return this.#set(this.#take(/\[(?:[^\]\\]|\\.)*\]|\./sy) ?? this.#escape() ?? this.#literal());
  }

  #group(): Node {
    const start = this.#take(/\((?:\?(?:<(?:[=!]|[^>]*>)|[^<]))?/y) as string;
    const problem = Object.hasOwn(GROUP_PROBLEMS, start) ? GROUP_PROBLEMS[start] : undefined;
    if (problem !== undefined) throw this.#unsupported(problem, start);
    if (start === '(?:') return this.#groupBody();
    if (start.startsWith('(?') && !start.endsWith('>'))
      throw this.#unsupported('a modifier', start);
    const index = ++this.#captureCount;
    if (start !== '(') this.#name(start.slice(3, -1), index);
    const body = this.#groupBody();
    return { kind: 'capture', index, body, isNullable: body.isNullable };
  }

  #groupBody(): Node {
    const body = this.#choice();
    this.#at++;
    return body;
  }

  #name(name: string, index: number): void {
    this.#names.set(name, [...(this.#names.get(name) ?? []), index]);
  }

  /** The source of an escape that matches one character. */
  #escape(): string | undefined {
    if (this.#source[this.#at] !== '\\') return undefined;
    const reference = this.#take(/\\(?:[1-9]\d*|k)/y);
    if (reference !== undefined) throw this.#unsupported('a back reference', reference);
    const legacy = this.#take(/\\(?:0\d|c(?![A-Za-z]))/y);
    if (legacy !== undefined) throw this.#unsupported('a legacy escape', legacy);
    const pair =
      /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u\{[\da-fA-F]+\}|\\[pP]\{[^}]*\}/y;
    return (
      (this.#isUnicode ? this.#take(pair) : undefined) ??
      this.#take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[A-Za-z])/y) ??
      this.#take(this.#isUnicode ? /\\./suy : /\\./sy)
    );
  }

  #literal(): string {
    const literal = this.#take(this.#isUnicode ? /./suy : /./sy) as string;
    const hex = (literal.codePointAt(0) as number).toString(16);
    return this.#isUnicode ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  }

  #set(atom: string): Node {
    const set = this.#sets.get(atom) ?? new CharSet(atom, this.#setFlags);
    this.#sets.set(atom, set);
    return { kind: 'set', set, isNullable: false };
  }

  /** The text at the current place, if `token` matches there. */
  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const text = token.exec(this.#source)?.[0];
    this.#at += text?.length ?? 0;
    return text;
  }

  #unsupported(what: string, text: string): UnsupportedSyntax {
    const index = this.#at - text.length;
    return new UnsupportedSyntax(`must not have ${what}, received "${text}" at index ${index}`);
  }
}

function bounds(quantifier: string): [least: number, most: number] {
  const most = Number.POSITIVE_INFINITY;
  if (quantifier === '*') return [0, most];
  if (quantifier === '+') return [1, most];
  if (quantifier === '?') return [0, 1];
  const [first, second] = quantifier.slice(1, -1).split(',');
  return [Number(first), second === undefined ? Number(first) : Number(second || most)];
}
