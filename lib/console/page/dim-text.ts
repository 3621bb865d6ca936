/**
 * Replaces dim text (SGR 2) by colours that have contrast: the terminal draws it at half opacity.
 * Dim text in the default colour becomes grey; text that has a colour keeps it.
 */

/** Bright black of the palette, whose contrast with the background is at least 4.5. */
const GREY = '90';
const DEFAULT_COLOUR = '39';
/** The end of a text may be the begin of a sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence of colours.
const UNFINISHED = /\x1b(?:\[[\d;:]{0,32})?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence of colours.
const COLOURS = /\x1b\[([\d;:]*)m/g;

export class DimText {
  #isDim = false;
  #hasColour = false;
  #rest = '';

  /** The text for the terminal. The begin of a sequence at its end is kept for the next call. */
  convert(text: string): string {
    let whole = this.#rest + text;
    this.#rest = UNFINISHED.exec(whole)?.[0] ?? '';
    if (this.#rest !== '') whole = whole.slice(0, -this.#rest.length);
    if (!whole.includes('\x1b[')) return whole;
    return whole.replace(COLOURS, (_, parameters: string) => this.#sequence(parameters));
  }

  #sequence(parameters: string): string {
    const given = parameters.split(';');
    const kept: string[] = [];
    for (let at = 0; at < given.length; at++) {
      const one = given[at] as string;
      const length = isExtended(one) ? (given[at + 1] === '2' ? 5 : 3) : 1;
      if (one !== '2') kept.push(...given.slice(at, at + length));
      kept.push(...this.#colourAfter(one));
      at += length - 1;
    }
    return kept.length === 0 ? '' : `\x1b[${kept.join(';')}m`;
  }

  /** Follows one parameter, and returns the colour that must be set after it. */
  #colourAfter(parameter: string): string[] {
    const number = Number.parseInt(parameter || '0', 10);
    const wasGrey = this.#isDim && !this.#hasColour;
    if (number === 0) this.#isDim = false;
    if (number === 2) this.#isDim = true;
    if (number === 22) this.#isDim = false;
    if (number === 0 || number === 39) this.#hasColour = false;
    if (isColour(number)) this.#hasColour = true;
    const isGrey = this.#isDim && !this.#hasColour;
    if (isGrey && (!wasGrey || number === 39)) return [GREY];
    return wasGrey && number === 22 ? [DEFAULT_COLOUR] : [];
  }
}

/** `38;5;n` or `38;2;r;g;b`; with colons it is one parameter. */
const isExtended = (parameter: string): boolean => /^[345]8$/.test(parameter);

const isColour = (number: number): boolean =>
  (number >= 30 && number <= 38) || (number >= 90 && number <= 97);
