// Reads the results of the test runners, and decides what a run amounts to. Pure: text in, values out.
//
// A case is `{ name, status, message }`, with the status `passed`, `failed` or `skipped`. A Jest case also has its
// `file`, and a `title` unless the whole suite failed to load.
import { stripVTControlCharacters } from 'node:util';

/** A step with more failures than this is broken rather than flaky: nothing of it is run again. */
export const MOST_RERUNS = 10;

/** With more flaky cases than this the run fails, and each of them counts as a failure. */
export const MOST_FLAKY = 3;

const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** `xml` is a JUnit report of CTest. The message is the output of the test, from its first failure on. */
export function ctestCases(xml) {
  const cases = [...xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)];
  return cases.map(([, head, body = '']) => ({
    name: unescaped(/\bname="([^"]*)"/.exec(head)?.[1] ?? ''),
    status: ctestStatus(head, body),
    message: fromFailure(unescaped(/<system-out>([\s\S]*?)<\/system-out>/.exec(body)?.[1] ?? '')),
  }));
}

function ctestStatus(head, body) {
  const status = /\bstatus="(\w+)"/.exec(head)?.[1];
  if (status === 'fail' || /<(failure|error)\b/.test(body)) return 'failed';
  return status === 'run' ? 'passed' : 'skipped';
}

/** `report` is the output of `jest --json`. A suite that could not be loaded is one failed case. */
export function jestCases({ testResults }) {
  return testResults.flatMap(({ name: path, status, message, assertionResults }) => {
    const file = path.replace(/^.*\/build\/tests\/(.*)\.js$/, '$1.ts');
    const cases = assertionResults.map((result) => ({
      name: `${file}: ${result.fullName}`,
      file,
      title: result.fullName,
      status: ['passed', 'failed'].includes(result.status) ? result.status : 'skipped',
      message: result.failureMessages.join('\n'),
    }));
    const isExplained = status !== 'failed' || cases.some((one) => one.status === 'failed');
    return isExplained ? cases : [...cases, { name: file, file, status: 'failed', message }];
  });
}

/** `report` is faults.json, written by tools/test-faults.mjs. */
export const faultCases = ({ rows }) =>
  rows.map(({ name, status, reason = '', happened = '' }) => ({
    name,
    status,
    message: `${reason}\n${happened}`.trim(),
  }));

/** The failed cases that are run once more, each alone. */
export function toRunAgain(cases) {
  const failed = cases.filter(({ status }) => status === 'failed');
  return failed.length > MOST_RERUNS ? [] : failed;
}

/**
 * What a step amounts to. `exitedWithZero` is about its first run; `reruns` maps the name of a failed case to the
 * status and the output of its second run.
 */
export function settle({ exitedWithZero, cases, reruns = new Map() }) {
  const count = (wanted) => cases.filter(({ status }) => status === wanted).length;
  const failed = cases.filter(({ status }) => status === 'failed');
  const passesAlone = ({ name }) => reruns.get(name)?.status === 'passed';
  const flaky = failed
    .filter(passesAlone)
    .map(({ name, message }) => ({ name, first: message, second: reruns.get(name).output }));
  const failures = failed
    .filter((one) => !passesAlone(one))
    .map(({ name, message }) => ({ name, message }));
  // For example a build that failed, or a filter that matched no test.
  const isUnexplained = failed.length === 0 && (!exitedWithZero || count('passed') === 0);
  return {
    passed: count('passed') + flaky.length,
    failed: failures.length + (isUnexplained ? 1 : 0),
    skipped: count('skipped'),
    failures,
    flaky,
  };
}

/** The counts of all steps. Too many flaky cases count as failed ones. */
export function total(steps) {
  const sum = (name) => steps.reduce((result, step) => result + step[name], 0);
  const flaky = steps.flatMap((step) => step.flaky).length;
  const tooMany = flaky > MOST_FLAKY ? flaky : 0;
  return { passed: sum('passed') - tooMany, failed: sum('failed') + tooMany, flaky };
}

/** The first lines of each failure, for the end of a log. */
export function listFailures(failures, { mostCases = 20, mostLines = 8 } = {}) {
  const lines = failures
    .slice(0, mostCases)
    .flatMap(({ script, name, message }) => [
      `${script}  ${name}`,
      ...indent(message).slice(0, mostLines),
    ]);
  const more = failures.length - mostCases;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** Each flaky case with the output of its failed run and of the run that passed. */
export function listFlaky(flaky, { mostLines = 12 } = {}) {
  return flaky.flatMap(({ script, name, first, second }) => [
    `${script}  ${name}`,
    '  failed at first:',
    ...indent(first).slice(0, mostLines),
    '  passed alone:',
    ...indent(second).slice(-mostLines),
  ]);
}

const indent = (text) =>
  stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*at .*node_modules/.test(line))
    .map((line) => `    ${line}`);

/** Drops what GoogleTest prints before a test starts. */
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
