/** The form that starts commands. */

import type { StartBody } from '../wire';
import { api } from './api';
import { byId } from './dom';
import { parseDuration } from './format';
import { remember, remembered } from './settings';

const KEPT = ['cwd', 'timeout', 'env', 'progress-pattern'] as const;

export class StartForm {
  readonly #command = byId<HTMLTextAreaElement>('command');
  readonly #error = byId('start-error');
  readonly #onStarted: (id: string) => void;
  readonly #lastCommand: () => string | undefined;
  #isBusy = false;

  /** `lastCommand`: what Arrow Up brings back. */
  constructor(onStarted: (id: string) => void, lastCommand: () => string | undefined) {
    this.#onStarted = onStarted;
    this.#lastCommand = lastCommand;
    byId('start').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#command.addEventListener('keydown', (event) => this.#pressed(event));
    for (const name of KEPT) {
      const field = byId<HTMLInputElement>(name);
      field.value = remembered(`start.${name}`) ?? '';
      field.addEventListener('input', () => remember(`start.${name}`, field.value));
    }
    byId<HTMLDetailsElement>('start-more').open = KEPT.some((name) => remembered(`start.${name}`));
  }

  focus(): void {
    this.#command.focus();
    this.#command.select();
  }

  /** Where commands start by default. */
  set cwd(cwd: string) {
    byId<HTMLInputElement>('cwd').placeholder = cwd;
  }

  #pressed(event: KeyboardEvent): void {
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
      throw new Error('Type a command first.');
    }
    const cwd = byId<HTMLInputElement>('cwd').value.trim();
    const timeout = byId<HTMLInputElement>('timeout').value.trim();
    const progress = byId<HTMLInputElement>('progress-pattern').value.trim();
    const env = environment(byId<HTMLTextAreaElement>('env').value);
    return {
      command,
      ...(cwd === '' ? {} : { cwd }),
      ...(timeout === '' || timeout === 'none' ? {} : { timeoutMs: milliseconds(timeout) }),
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...(progress === '' ? {} : { progress }),
      stdin: byId<HTMLInputElement>('stdin').checked,
      colour: byId<HTMLInputElement>('colour').checked,
    };
  }
}

function milliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`Timeout: '${text}' is none of 90s, 5m, 1.5h, or seconds.`);
  return ms;
}

function environment(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of text.split('\n').filter((entry) => entry.trim() !== '')) {
    const at = line.indexOf('=');
    if (at < 1) throw new Error(`Environment: '${line}' is not NAME=value.`);
    env[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  return env;
}
