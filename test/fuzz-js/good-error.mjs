// Checks an error for a rejected line: a documented code, and a message that names a field of the line.
import { readFileSync } from 'node:fs';
import { require } from './require.mjs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const DOCUMENTED = new Set(readme.match(/\bERR_[A-Z_]+\b/g));
// Documented as a bug in the engine, so it must not answer a line.
DOCUMENTED.delete('ERR_INTERNAL');

/** Codes of errors about the shape of a line, and the subjects in their messages. */
const SUBJECTS = {
  ERR_INVALID_ARG_TYPE: /^The "([^"]*)/,
  ERR_INVALID_ARG_VALUE: /^The "([^"]*)/,
  ERR_OUT_OF_RANGE: /^The value of "([^"]*)/,
  ERR_UNKNOWN_SIGNAL: /^(Unknown signal)/,
  ERR_SERIALIZATION: /^Serialization error: (line \d+|"[^"]*)/,
};

/** The maximum length of a message, which must not contain all of a large input. */
const LONGEST = 2000;

export function requireGoodError(error) {
  require(DOCUMENTED.has(error.code), 'the code is documented', error);
  require(typeof error.message === 'string' &&
    error.message !== '', 'the message is not empty', error);
  const subject = SUBJECTS[error.code];
  if (subject !== undefined)
    require(subject.test(error.message), 'the message names a field', error);
}

/** The same for an error that is found before the engine is called: the names are those of the wire. */
export function requireWireNames(error, apiNames, text) {
  requireGoodError(error);
  require(error.message.length <= LONGEST, 'the length of the message is bounded', error);
  const subject = SUBJECTS[error.code]?.exec(error.message)?.[1] ?? '';
  const own = subject.split(/[.[]/).filter((part) => apiNames.includes(part));
  const strange = own.filter((part) => !text.includes(part));
  require(strange.length === 0, 'fields have their names on the wire', error);
}
