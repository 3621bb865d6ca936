/** Saves the kept output of an execution as a file. The browser holds the text, so the page goes on meanwhile. */

import { api } from './api';
import type { TextOptions } from './output-text';

/** Resolves with the name of the file. */
export async function download(id: string, options: TextOptions): Promise<string> {
  const { blob, name } = await api.log(id, options);
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the text when the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
  return name;
}
