/** The dialog with settings and shortcuts, and the theme button. */

import { byId } from './dom';
import { applyTheme, isOn, setOn, setTheme, type Theme, type Toggle, theme } from './settings';
import type { OutputTerminal } from './terminal';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

export const isDark = (): boolean =>
  theme() === 'system' ? systemIsDark.matches : theme() === 'dark';

export class SettingsPanel {
  readonly #terminal: OutputTerminal;
  readonly #dialog = byId<HTMLDialogElement>('help');

  constructor(terminal: OutputTerminal) {
    this.#terminal = terminal;
    applyTheme();
    this.#themeChanged();
    systemIsDark.addEventListener('change', () => this.#themeChanged());
    byId('theme-button').addEventListener('click', () => this.toggleTheme());
    byId('theme-choice').addEventListener('change', (event) => {
      this.#choose((event.target as HTMLInputElement).value as Theme);
    });
    byId('help-button').addEventListener('click', () => this.show());
    this.#setUpToggle('screen-reader', 'screenReader', (on) => {
      terminal.screenReader = on;
    });
    this.#setUpToggle('single-keys', 'singleKeys', () => undefined);
  }

  show(): void {
    this.#dialog.showModal();
  }

  toggleTheme(): void {
    this.#choose(isDark() ? 'light' : 'dark');
  }

  #choose(value: Theme): void {
    setTheme(value);
    this.#themeChanged();
  }

  #themeChanged(): void {
    this.#terminal.updateTheme();
    for (const radio of byId('theme-choice').querySelectorAll<HTMLInputElement>('input')) {
      radio.checked = radio.value === theme();
    }
  }

  #setUpToggle(id: string, name: Toggle, onChange: (on: boolean) => void): void {
    const box = byId<HTMLInputElement>(id);
    box.checked = isOn(name);
    onChange(box.checked);
    box.addEventListener('change', () => {
      setOn(name, box.checked);
      onChange(box.checked);
    });
  }
}
