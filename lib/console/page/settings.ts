/** Settings of this browser (for all consoles) and of this tab. */

/** Storage may be disabled; then nothing is stored. */
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
    // Not stored.
  }
}

const browser = () => localStorage;
const tab = () => sessionStorage;

export type Theme = 'system' | 'light' | 'dark';

export function theme(): Theme {
  const value = read(browser, 'theme');
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** Stores and applies it. */
export function setTheme(value: Theme): void {
  write(browser, 'theme', value);
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

const DEFAULTS = { screenReader: 'off', singleKeys: 'on' } as const;
export type Toggle = keyof typeof DEFAULTS;

export const isOn = (name: Toggle): boolean => (read(browser, name) ?? DEFAULTS[name]) === 'on';

export const setOn = (name: Toggle, on: boolean): void => write(browser, name, on ? 'on' : 'off');

/** Values that survive a reload of this tab. */
export const readTabValue = (key: string): string | null => read(tab, key);
export const storeTabValue = (key: string, value: string): void => write(tab, key, value);
