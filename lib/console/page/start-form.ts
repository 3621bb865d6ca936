/** The form that starts commands. */

import type { StartBody } from '../messages';
import { api } from './api';
import { byId, setEnabled } from './dom';
import { parseDuration } from './format';
import { readTabValue, storeTabValue } from './settings';

/** Fields whose values survive a reload. */
const STORED_FIELDS = ['name', 'cwd', 'timeout', 'env', 'progress-pattern'] as const;

export class StartForm {
  readonly #command = byId<HTMLTextAreaElement>('command');
  readonly #error = byId('start-error');
  readonly #onStarted: (id: string) => void;
  readonly #lastCommand: () => string | undefined;
  #isBusy = false;
  #isOnline = false;
  #allowsPatterns = false;

  /** `lastCommand` returns the command that Arrow Up recalls. */
  constructor(onStarted: (id: string) => void, lastCommand: () => string | undefined) {
    this.#onStarted = onStarted;
    this.#lastCommand = lastCommand;
    byId('start').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#command.addEventListener('keydown', (event) => this.#onKeydown(event));
    for (const name of STORED_FIELDS) {
      const field = byId<HTMLInputElement>(name);
      field.value = readTabValue(`start.${name}`) ?? '';
      field.addEventListener('input', () => storeTabValue(`start.${name}`, field.value));
    }
    byId<HTMLDetailsElement>('start-more').open = STORED_FIELDS.some((name) =>
      readTabValue(`start.${name}`),
    );
  }

  focus(): void {
    this.#command.focus();
    this.#command.select();
  }

  /** Whether the console can be reached. Without it nothing can be started. */
  set isOnline(isOnline: boolean) {
    this.#isOnline = isOnline;
    setEnabled(byId('run'), isOnline);
    if (isOnline) this.#error.textContent = '';
  }

  /** The default working directory. */
  set cwd(cwd: string) {
    byId<HTMLInputElement>('cwd').placeholder = cwd;
  }

  /** Whether the console accepts patterns for progress. */
  set allowsPatterns(allowed: boolean) {
    this.#allowsPatterns = allowed;
    for (const part of document.querySelectorAll<HTMLElement>('[data-progress-patterns]')) {
      part.hidden = !allowed;
    }
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void this.#submit();
    } else if (event.key === 'ArrowUp' && this.#command.value === '') {
      event.preventDefault();
      this.#command.value = this.#lastCommand() ?? '';
    }
  }

  async #submit(): Promise<void> {
    if (this.#isBusy) return;
    if (!this.#isOnline) {
      this.#error.textContent = 'Nothing was started: the console cannot be reached.';
      return;
    }
    this.#isBusy = true;
    this.#error.textContent = '';
    try {
      const { id } = await api.start(this.#body());
      this.#command.value = '';
      this.#onStarted(id);
    } catch (error) {
      this.#error.textContent = (error as Error).message;
    } finally {
      this.#isBusy = false;
    }
  }

  #body(): StartBody {
    const command = this.#command.value.trim();
    if (command === '') {
      this.#command.focus();
      throw new Error('Enter a command first.');
    }
    const name = byId<HTMLInputElement>('name').value.trim();
    const cwd = byId<HTMLInputElement>('cwd').value.trim();
    const timeout = byId<HTMLInputElement>('timeout').value.trim();
    const progress = byId<HTMLInputElement>('progress-pattern').value.trim();
    const env = environment(byId<HTMLTextAreaElement>('env').value);
    return {
      command,
      ...(name === '' ? {} : { name }),
      ...(cwd === '' ? {} : { cwd }),
      ...(timeout === '' || timeout === 'none' ? {} : { timeoutMs: milliseconds(timeout) }),
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...(progress === '' || !this.#allowsPatterns ? {} : { progress }),
      stdin: byId<HTMLInputElement>('stdin').checked,
      terminal: byId<HTMLInputElement>('with-terminal').checked,
      colour: byId<HTMLInputElement>('colour').checked,
    };
  }
}

function milliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === null)
    throw new Error(`Timeout must be a duration such as 90s, 5m or 1.5h, received '${text}'.`);
  return ms;
}

function environment(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of text.split('\n').filter((entry) => entry.trim() !== '')) {
    const at = line.indexOf('=');
    if (at < 1)
      throw new Error(`Each line of the environment must be NAME=value, received '${line}'.`);
    env[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  return env;
}
