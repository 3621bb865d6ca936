// What is said of what cannot be taken: a code that the documents name, and a message about a field of the line.
import { readFileSync } from 'node:fs';
import { require } from './require.mjs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const DOCUMENTED = new Set(readme.match(/\bERR_[A-Z_]+\b/g));
// Documented as a defect of the engine, and no answer to a line.
DOCUMENTED.delete('ERR_INTERNAL');

/** Codes of errors about the shape of a line, and what their messages name. */
const SUBJECTS = {
  ERR_INVALID_ARG_TYPE: /^The "([^"]*)/,
  ERR_INVALID_ARG_VALUE: /^The "([^"]*)/,
  ERR_OUT_OF_RANGE: /^The value of "([^"]*)/,
  ERR_UNKNOWN_SIGNAL: /^(Unknown signal)/,
  ERR_SERIALIZATION: /^Serialization error: (line \d+|"[^"]*)/,
};

/** The longest message: who sent a lot need not get it all back. */
const LONGEST = 2000;

export function requireGoodError(error) {
  require(DOCUMENTED.has(error.code), 'the code is documented', error);
  require(typeof error.message === 'string' && error.message !== '', 'there is a message', error);
  const subject = SUBJECTS[error.code];
  if (subject !== undefined) require(subject.test(error.message), 'a field is named', error);
}

/** As above, of what was found before the engine was asked: names are those of the wire. */
export function requireWireNames(error, apiNames, text) {
  requireGoodError(error);
  require(error.message.length <= LONGEST, 'the message is of a bounded length', error);
  const subject = SUBJECTS[error.code]?.exec(error.message)?.[1] ?? '';
  const own = subject.split(/[.[]/).filter((part) => apiNames.includes(part));
  const strange = own.filter((part) => !text.includes(part));
  require(strange.length === 0, 'fields have their names on the wire', error);
}
