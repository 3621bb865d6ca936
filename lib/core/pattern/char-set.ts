/** The characters that one atom of a pattern matches. */

const KNOWN_NO = 1;
const KNOWN_YES = 2;

/**
 * `RegExp` decides about each character by itself, so that classes, escapes and the folding of case mean exactly what
 * they mean there. One character leaves nothing to backtrack over.
 */
export class CharSet {
  readonly #pattern: RegExp;
  readonly #ascii = new Uint8Array(128);

  /** `atom`: the source of a literal, an escape or a class. `flags`: any of `i`, `s` and `u`. */
  constructor(atom: string, flags: string) {
    this.#pattern = new RegExp(`^(?:${atom})$`, flags);
  }

  /** `code`: of a code point with the flag `u`, of a code unit without it. */
  has(code: number): boolean {
    if (code >= this.#ascii.length) return this.#pattern.test(String.fromCodePoint(code));
    this.#ascii[code] ||= this.#pattern.test(String.fromCharCode(code)) ? KNOWN_YES : KNOWN_NO;
    return this.#ascii[code] === KNOWN_YES;
  }
}
