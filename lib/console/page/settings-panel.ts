/** The dialog with settings and shortcuts, and the button for light and dark. */

import { byId } from './dom';
import { applyTheme, isOn, type Switch, setOn, setTheme, type Theme, theme } from './settings';
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
    byId('theme-button').addEventListener('click', () => this.switchTheme());
    byId('theme-choice').addEventListener('change', (event) => {
      this.#choose((event.target as HTMLInputElement).value as Theme);
    });
    byId('help-button').addEventListener('click', () => this.show());
    this.#setUpSwitch('screen-reader', 'screenReader', (on) => {
      terminal.screenReader = on;
    });
    this.#setUpSwitch('single-keys', 'singleKeys', () => undefined);
  }

  show(): void {
    this.#dialog.showModal();
  }

  switchTheme(): void {
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

  #setUpSwitch(id: string, name: Switch, onChange: (on: boolean) => void): void {
    const box = byId<HTMLInputElement>(id);
    box.checked = isOn(name);
    onChange(box.checked);
    box.addEventListener('change', () => {
      setOn(name, box.checked);
      onChange(box.checked);
    });
  }
}
