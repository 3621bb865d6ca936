/** A regular expression whose matching takes time that is linear in the text, whatever the pattern and the text are. */

import { CharSet } from './char-set';
import { compile, type Program } from './program';
import { type Assertion, parse, UnsupportedSyntax } from './syntax';

/** Compiling takes time too. */
const MAX_SOURCE_LENGTH = 1000;

/** More different characters than a text in one script has. */
const MAX_KEPT_STARTS = 4096;

export interface LinearMatch {
  readonly index: number;
  readonly end: number;
  /** The whole match, then the captures. */
  readonly captures: readonly (string | undefined)[];
  /** `undefined` without named groups. */
  readonly groups: ReadonlyMap<string, string | undefined> | undefined;
}

/**
 * Finds the match that `RegExp` finds, by trying the same alternatives in the same order. But no state (an instruction
 * at a place of the text) is tried twice: without back references it fails the second time too.
 */
export class LinearPattern {
  /** States tried by all calls of {@link exec}. */
  steps = 0;
  readonly #program: Program;
  readonly #names: ReadonlyMap<string, readonly number[]>;
  readonly #isUnicode: boolean;
  readonly #isMultiline: boolean;
  readonly #word: CharSet;
  /** Whether a match can begin with a character. Each asks all sets of the start, so it is kept. */
  readonly #canBegin = new Map<number, boolean>();
  /** In which call a state was tried last. */
  #tried = new Uint32Array(0);
  #call = 0;
  readonly #slots: Int32Array;
  /** What to go back to: an instruction, a place and `empty`, or a slot to restore (-1 - slot, its place, 0). */
  readonly #alternatives: number[] = [];

  /**
   * @param flags - any of `i`, `m`, `s` and `u`
   * @throws an error whose message continues a sentence that begins with the name of the pattern
   */
  constructor(source: string, flags: string) {
    checkSupported(source, flags);
    // Throws for a pattern that is not valid.
    new RegExp(source, flags);
    const syntax = parse(source, flags);
    this.#program = compile(syntax);
    this.#names = syntax.names;
    this.#isUnicode = flags.includes('u');
    this.#isMultiline = flags.includes('m');
    this.#word = new CharSet('\\w', flags.replace('m', ''));
    this.#slots = new Int32Array(this.#program.slotCount);
  }

  /** The names of its groups. */
  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** The first match in `text`. */
  exec(text: string): LinearMatch | undefined {
    this.#beginCall(text);
    for (let index = 0; index <= text.length; index = this.#after(text, index)) {
      this.steps++;
      if (!this.#canStart(text, index)) continue;
      const end = this.#matchAt(text, index);
      if (end >= 0) return this.#match(text, index, end);
    }
    return undefined;
  }

  #beginCall(text: string): void {
    const size = this.#program.stateCount * (text.length + 1);
    if (this.#tried.length < size) this.#tried = new Uint32Array(size);
    this.#slots.fill(-1);
    this.#call = (this.#call + 1) >>> 0;
    if (this.#call !== 0) return;
    this.#tried.fill(0);
    this.#call = 1;
  }

  #canStart(text: string, index: number): boolean {
    const { starts } = this.#program;
    if (starts === undefined) return true;
    if (index === text.length) return false;
    const code = this.#codeAt(text, index);
    const known = this.#canBegin.get(code);
    if (known !== undefined) return known;
    this.steps += starts.length;
    const can = starts.some((set) => set.has(code));
    if (this.#canBegin.size >= MAX_KEPT_STARTS) this.#canBegin.clear();
    this.#canBegin.set(code, can);
    return can;
  }

  /** The end of the match that begins at `start`; -1 if there is none, and then the slots are as before. */
  #matchAt(text: string, start: number): number {
    const { code, depth: noneEmpty } = this.#program;
    const alternatives = this.#alternatives;
    alternatives.length = 0;
    let [at, place] = [0, start];
    // The outermost iteration that is empty so far; above the greatest depth: none.
    let empty = noneEmpty + 1;
    for (;;) {
      let fails = !this.#isFirstTry(at, place, empty);
      const instruction = code[at] as (typeof code)[number];
      at++;
      if (!fails) {
        switch (instruction.op) {
          case 'take':
            fails = place >= text.length || !instruction.set.has(this.#codeAt(text, place));
            if (!fails) place = this.#after(text, place);
            empty = noneEmpty + 1;
            break;
          case 'assert':
            fails = !this.#holds(instruction.type, text, place);
            break;
          case 'split':
            alternatives.push(instruction.other, place, empty);
            at = instruction.next;
            break;
          case 'jump':
            at = instruction.next;
            break;
          case 'save':
            this.#save(instruction.slot, place);
            break;
          case 'clear':
            for (let { first } = instruction; first <= instruction.last; first++) {
              this.#save(first, -1);
            }
            break;
          case 'begin':
            empty = Math.min(empty, instruction.depth);
            break;
          case 'end':
            fails = empty <= instruction.depth;
            break;
          case 'match':
            return place;
        }
      }
      while (fails) {
        if (alternatives.length === 0) return -1;
        empty = alternatives.pop() as number;
        place = alternatives.pop() as number;
        at = alternatives.pop() as number;
        if (at >= 0) fails = false;
        else this.#slots[-1 - at] = place;
      }
    }
  }

  #save(slot: number, place: number): void {
    this.#alternatives.push(-1 - slot, this.#slots[slot] as number, 0);
    this.#slots[slot] = place;
  }

  #isFirstTry(at: number, place: number, empty: number): boolean {
    this.steps++;
    const { depth, stateCount } = this.#program;
    const state = place * stateCount + at * (depth + 1) + empty - 1;
    if (this.#tried[state] === this.#call) return false;
    this.#tried[state] = this.#call;
    return true;
  }

  #holds(type: Assertion, text: string, place: number): boolean {
    switch (type) {
      case '^':
        return place === 0 || (this.#isMultiline && isLineEnd(text.charCodeAt(place - 1)));
      case '$':
        return place === text.length || (this.#isMultiline && isLineEnd(text.charCodeAt(place)));
      default: {
        const isBoundary = this.#isWord(text, place - 1) !== this.#isWord(text, place);
        return isBoundary === (type === 'b');
      }
    }
  }

  #isWord(text: string, place: number): boolean {
    return place >= 0 && place < text.length && this.#word.has(text.charCodeAt(place));
  }

  #codeAt(text: string, place: number): number {
    return this.#isUnicode ? (text.codePointAt(place) as number) : text.charCodeAt(place);
  }

  /** The place after the character at `place`. */
  #after(text: string, place: number): number {
    return this.#isUnicode && (text.codePointAt(place) ?? 0) > 0xffff ? place + 2 : place + 1;
  }

  #match(text: string, index: number, end: number): LinearMatch {
    const slots = this.#slots;
    const captures: (string | undefined)[] = [text.slice(index, end)];
    for (let slot = 2; slot < slots.length; slot += 2) {
      const [from, to] = [slots[slot] as number, slots[slot + 1] as number];
      captures.push(from < 0 || to < 0 ? undefined : text.slice(from, to));
    }
    return { index, end, captures, groups: this.#groups(captures) };
  }

  #groups(captures: readonly (string | undefined)[]): LinearMatch['groups'] {
    if (this.#names.size === 0) return undefined;
    const groups = new Map<string, string | undefined>();
    for (const [name, indexes] of this.#names) {
      const matched = indexes.find((index) => captures[index] !== undefined);
      groups.set(name, matched === undefined ? undefined : captures[matched]);
    }
    return groups;
  }
}

const isLineEnd = (code: number): boolean =>
  code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029;

function checkSupported(source: string, flags: string): void {
  if (source.length > MAX_SOURCE_LENGTH) {
    throw new UnsupportedSyntax(
      `must have at most ${MAX_SOURCE_LENGTH} characters, received ${source.length}`,
    );
  }
  if (flags.includes('v')) throw new UnsupportedSyntax('must not have the flag "v"; use "u"');
}
