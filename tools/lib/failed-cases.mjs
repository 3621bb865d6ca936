// Which cases failed, out of what the test runners leave behind: `{ name, message }` each.
import { stripVTControlCharacters } from 'node:util';

const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** `xml` as `ctest --output-junit` writes it. The message is what the test printed, from its first failure on. */
export function ctestFailures(xml) {
  return [...xml.matchAll(/<testcase\b([^>]*[^/>])>([\s\S]*?)<\/testcase>/g)]
    .filter(([, head, body]) => /\bstatus="fail"/.test(head) || /<(failure|error)\b/.test(body))
    .map(([, head, body]) => {
      const output = /<system-out>([\s\S]*?)<\/system-out>/.exec(body)?.[1] ?? '';
      return {
        name: unescaped(/\bname="([^"]*)"/.exec(head)?.[1] ?? 'a test'),
        message: fromFailure(unescaped(output)),
      };
    });
}

/** `report` as `jest --json` writes it. A suite that could not be loaded is a case of its own. */
export function jestFailures(report) {
  return report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name: file, message, assertionResults }) => {
      const suite = file.replace(/^.*\/build\/test-js\/(.*)\.js$/, 'test/js/$1.ts');
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      if (failed.length === 0) return [{ name: suite, message }];
      return failed.map(({ fullName, failureMessages }) => ({
        name: `${suite}: ${fullName}`,
        message: failureMessages.join('\n'),
      }));
    });
}

/** `report` as the fault kit writes it. */
export function faultFailures({ rows }) {
  return rows
    .filter(({ status }) => status === 'failed')
    .map(({ name, reason = '', happened = '' }) => ({ name, message: `${reason}\n${happened}` }));
}

/** The first lines of what there is to say of each, for the end of a log. */
export function listed(failures, { mostCases = 20, mostLines = 8 } = {}) {
  const lines = failures.slice(0, mostCases).flatMap(({ script, name, message }) => {
    const told = stripVTControlCharacters(message)
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s*at .*node_modules/.test(line));
    return [`${script}  ${name}`, ...told.slice(0, mostLines).map((line) => `    ${line}`)];
  });
  const more = failures.length - mostCases;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** GoogleTest says first that it begins. */
function fromFailure(output) {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => /: Failure$|ERROR:|WARNING: ThreadSanitizer/.test(line));
  return lines.slice(Math.max(at, 0)).join('\n');
}

const unescaped = (text) =>
  text
    .replace(/&#(x[\da-f]+|\d+);/gi, (_, code) =>
      String.fromCodePoint(Number(code.replace(/^x/i, '0x'))),
    )
    .replace(/&(\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
