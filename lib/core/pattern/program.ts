/** Compiles the syntax of a pattern to a program for the matcher. */

import type { CharSet } from './char-set';
import { type Assertion, type Node, type Syntax, UnsupportedSyntax } from './syntax';

export type Instruction =
  /** Takes one character. */
  | { readonly op: 'take'; readonly set: CharSet }
  | { readonly op: 'assert'; readonly type: Assertion }
  /** Continues at `next`, and if that does not match at `other`. */
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'jump'; readonly next: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'clear'; readonly first: number; readonly last: number }
  /** Begin and end of an iteration that must not be empty. `depth`: how many of them surround it, with itself. */
  | { readonly op: 'begin'; readonly depth: number }
  | { readonly op: 'end'; readonly depth: number }
  | { readonly op: 'match' };

export interface Program {
  readonly code: readonly Instruction[];
  /** The states of the matcher at one place of the text: an instruction, and which iterations are empty so far. */
  readonly stateCount: number;
  /** The greatest `depth`. */
  readonly depth: number;
  readonly slotCount: number;
  /** What a match can begin with; `undefined` if it can be empty. */
  readonly starts: readonly CharSet[] | undefined;
}

/** Bounds the time for a line: its length times this number. */
export const MAX_STATES = 1000;

export function compile({ root, captureCount }: Syntax): Program {
  const compiler = new Compiler();
  compiler.emit(root, 0);
  compiler.push({ op: 'match' });
  const { code, depth, stateCount } = compiler;
  return { code, depth, stateCount, slotCount: 2 * (captureCount + 1), starts: startsOf(code) };
}

/** Assertions are ignored: they only exclude matches. */
function startsOf(code: readonly Instruction[]): CharSet[] | undefined {
  const starts = new Set<CharSet>();
  const reached = new Set<number>();
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const instruction = code[at] as Instruction;
    if (instruction.op === 'match') return undefined;
    if (instruction.op === 'take') starts.add(instruction.set);
    else if (instruction.op === 'jump') open.push(instruction.next);
    else if (instruction.op === 'split') open.push(instruction.next, instruction.other);
    else open.push(at + 1);
  }
  return [...starts];
}

class Compiler {
  readonly code: Instruction[] = [];
  depth = 0;

  get stateCount(): number {
    return this.code.length * (this.depth + 1);
  }

  push<I extends Instruction>(instruction: I): I {
    this.code.push(instruction);
    if (this.stateCount > MAX_STATES) {
      throw new UnsupportedSyntax(
        `is too large: its repetitions must expand to at most ${MAX_STATES} states`,
      );
    }
    return instruction;
  }

  emit(node: Node, depth: number): void {
    switch (node.kind) {
      case 'set':
        this.push({ op: 'take', set: node.set });
        break;
      case 'assertion':
        this.push({ op: 'assert', type: node.type });
        break;
      case 'capture':
        this.push({ op: 'save', slot: 2 * node.index });
        this.emit(node.body, depth);
        this.push({ op: 'save', slot: 2 * node.index + 1 });
        break;
      case 'sequence':
        for (const item of node.items) this.emit(item, depth);
        break;
      case 'choice':
        this.#emitChoice(node.options, depth);
        break;
      case 'repetition':
        this.#emitRepetition(node, depth);
        break;
    }
  }

  #emitChoice(options: readonly Node[], depth: number): void {
    const jumps: { next: number }[] = [];
    for (const option of options.slice(0, -1)) {
      const split = this.#split(false);
      this.emit(option, depth);
      jumps.push(this.push({ op: 'jump', next: 0 }));
      split.other = this.code.length;
    }
    this.emit(options.at(-1) as Node, depth);
    for (const jump of jumps) jump.next = this.code.length;
  }

  /** Required iterations are copies of the body. Those after them must not be empty. */
  #emitRepetition(node: Node & { kind: 'repetition' }, depth: number): void {
    const { body, captures, least, most, isLazy } = node;
    for (let count = 0; count < least; count++) {
      const before = this.code.length;
      this.#emitIteration(body, captures, depth);
      // All other copies would be empty too.
      if (this.code.length === before) break;
    }
    const splits: { next: number; other: number }[] = [];
    const start = this.code.length;
    const copies = most === Number.POSITIVE_INFINITY ? 1 : most - least;
    for (let count = 0; count < copies; count++) {
      splits.push(this.#split(isLazy));
      this.#emitOptionalIteration(body, captures, depth);
    }
    if (most === Number.POSITIVE_INFINITY) this.push({ op: 'jump', next: start });
    for (const split of splits) split[isLazy ? 'next' : 'other'] = this.code.length;
  }

  #emitOptionalIteration(body: Node, captures: readonly [number, number], depth: number): void {
    if (!body.isNullable) {
      this.#emitIteration(body, captures, depth);
      return;
    }
    this.depth = Math.max(this.depth, depth + 1);
    this.push({ op: 'begin', depth: depth + 1 });
    this.#emitIteration(body, captures, depth + 1);
    this.push({ op: 'end', depth: depth + 1 });
  }

  #emitIteration(body: Node, [first, last]: readonly [number, number], depth: number): void {
    if (first <= last) this.push({ op: 'clear', first: 2 * first, last: 2 * last + 1 });
    this.emit(body, depth);
  }

  /** The branch that follows it is preferred, unless it is lazy. The caller sets the other one. */
  #split(isLazy: boolean): { op: 'split'; next: number; other: number } {
    const following = this.code.length + 1;
    return this.push({ op: 'split', next: isLazy ? 0 : following, other: isLazy ? following : 0 });
  }
}
