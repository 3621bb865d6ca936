/** What of the output is shown: the streams, and the times of lines. Both survive a reload of the tab. */

import type { Row } from '../messages';
import { byId, isEnabled, setEnabled } from './dom';
import type { TextOptions } from './output-text';
import { readTabValue, storeTabValue } from './settings';

const STREAM = 'output.stream';
const TIMES = 'output.times';

export class OutputOptions {
  onChange: () => void = () => undefined;
  readonly #times = byId('times');
  readonly #streams = byId('streams');

  constructor() {
    const stored = readTabValue(STREAM) ?? '';
    for (const radio of this.#radios) radio.checked = radio.value === stored;
    this.#setTimes(readTabValue(TIMES) === 'on');
    this.#streams.addEventListener('change', () => {
      storeTabValue(STREAM, this.#stream);
      this.onChange();
    });
    this.#times.addEventListener('click', () => this.toggleTimes());
  }

  /** A terminal has one stream, and its lines may be drawn again. */
  of(row: Row | undefined): TextOptions {
    if (row?.hasTerminal) return { times: false, stream: undefined };
    const stream = this.#stream === '' ? undefined : (this.#stream as TextOptions['stream']);
    return { times: this.#hasTimes, stream };
  }

  toggleTimes(): void {
    if (!isEnabled(this.#times)) return;
    this.#setTimes(!this.#hasTimes);
    storeTabValue(TIMES, this.#hasTimes ? 'on' : 'off');
    this.onChange();
  }

  render(row: Row): void {
    setEnabled(this.#times, !row.hasTerminal);
    this.#streams.hidden = row.hasTerminal;
  }

  get #radios(): HTMLInputElement[] {
    return [...this.#streams.querySelectorAll('input')];
  }

  get #stream(): string {
    return this.#radios.find(({ checked }) => checked)?.value ?? '';
  }

  get #hasTimes(): boolean {
    return this.#times.getAttribute('aria-pressed') === 'true';
  }

  #setTimes(on: boolean): void {
    this.#times.setAttribute('aria-pressed', String(on));
  }
}
