/**
 * The message of an error that is thrown for a result: the command and the end of its stderr follow the message of the
 * result, so that a log shows what failed and why. The engine has redacted both.
 */

import type { ExecutionResult } from '../../../types/result';

const MAX_COMMAND_CHARACTERS = 200;
const MAX_STDERR_LINES = 10;
const MAX_STDERR_BYTES = 2048;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced.
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

export function failureMessage(message: string, result: ExecutionResult): string {
  // A result of another engine may lack both.
  const { command, stderr }: Partial<ExecutionResult> = result;
  const lines = lastLines(stderr ?? '');
  return `${message}${command ? `: ${shownCommand(command)}` : ''}${lines === '' ? '' : `\n\n${lines}`}`;
}

function shownCommand(command: string): string {
  // Twice the number of code units has the characters that are shown, and one more.
  const characters = [...escaped(command.slice(0, 2 * (MAX_COMMAND_CHARACTERS + 1)))];
  if (characters.length <= MAX_COMMAND_CHARACTERS) return characters.join('');
  return `${characters.slice(0, MAX_COMMAND_CHARACTERS - 3).join('')}...`;
}

/** Whole lines, unless the last one alone is too long: then its end. */
export function lastLines(text: string): string {
  // A code unit has at least one byte. Further line ends at the end do not count.
  const tail = text.slice(-2 * MAX_STDERR_BYTES).trimEnd();
  const isWhole = text.length <= 2 * MAX_STDERR_BYTES;
  const lines = tail.split('\n').map((line) => escaped(line.replace(/\r$/, '')));
  const kept: string[] = [];
  let bytes = 0;
  while (kept.length < MAX_STDERR_LINES && lines.length > 0) {
    const line = lines.pop() as string;
    bytes += Buffer.byteLength(line) + (kept.length > 0 ? 1 : 0);
    const isCut = lines.length === 0 && !isWhole;
    if (bytes > MAX_STDERR_BYTES || (isCut && kept.length > 0)) {
      if (kept.length === 0) kept.push(endOf(line));
      break;
    }
    kept.unshift(line);
  }
  return kept.join('\n');
}

/** The end of a line that is too long, from a character on. */
function endOf(line: string): string {
  const bytes = Buffer.from(line);
  let from = bytes.length - MAX_STDERR_BYTES + 3;
  while (((bytes[from] as number) & 0xc0) === 0x80) from++;
  return `...${bytes.toString('utf8', from)}`;
}

/**
 * Control characters in a visible form: an error is printed to terminals and logs. They are not removed, because the
 * rest might then form a secret that they had separated.
 */
const escaped = (text: string): string =>
  text.replace(CONTROL, (character) => {
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
