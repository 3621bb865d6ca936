/** What this browser remembers: for all consoles (appearance), and for this tab (where it was). */

/** Storage may be switched off; then nothing is remembered. */
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string): void {
  try {
    storage().setItem(key, value);
  } catch {
    // Not remembered.
  }
}

const browser = () => localStorage;
const tab = () => sessionStorage;

export type Theme = 'system' | 'light' | 'dark';

export function theme(): Theme {
  const value = read(browser, 'theme');
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** Also puts it on. */
export function setTheme(value: Theme): void {
  write(browser, 'theme', value);
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

export type Switch = 'screenReader' | 'singleKeys';

export function isOn(name: Switch): boolean {
  return read(browser, name) === 'on' || (name === 'singleKeys' && read(browser, name) === null);
}

export const setOn = (name: Switch, on: boolean): void => write(browser, name, on ? 'on' : 'off');

/** Kept over a reload of this tab alone. */
export const remembered = (key: string): string | null => read(tab, key);
export const remember = (key: string, value: string): void => write(tab, key, value);
