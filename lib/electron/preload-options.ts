/** The options of `preloadPreferences()` and `exposeInPreload()`. */

import { asChannel, invalidOption, ownOptions } from './option-checks';

export interface PreloadSettings {
  key: string;
  channel: string;
}

export function preloadSettings(options: unknown = {}): PreloadSettings {
  const { key = 'executionEngine', channel } = ownOptions(options, ['key', 'channel']);
  if (typeof key !== 'string' || !/^[A-Za-z_$][\w$]*$/.test(key)) {
    throw invalidOption('key', 'a name such as executionEngine', key);
  }
  return { key, channel: asChannel(channel) };
}
