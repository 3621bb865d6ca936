// The fault table as Markdown and as JSON.
import os from 'node:os';
import process from 'node:process';

const HEAD = [
  'fault',
  'how it was made',
  'what happened',
  'executions lost',
  'processes left',
  'descriptors left',
];
const BEGIN = '<!-- faults: npm run test:faults -- --write -->';
const END = '<!-- end of faults -->';

/** One line of Markdown for the result of one row. */
export function tableRow({ fault, how, status, happened, reason, ...counts }) {
  const outcome = {
    passed: happened,
    failed: `FAILED: ${reason}${happened ? ` (${happened})` : ''}`,
    skipped: `skipped: ${reason}`,
  };
  const { lost = '', processesLeft = '', descriptorsLeft = '' } = counts;
  const cells = [fault, how, outcome[status], lost, processesLeft, descriptorsLeft];
  return `| ${cells.map(asCell).join(' | ')} |`;
}

const asCell = (value) =>
  String(value)
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');

export function markdownTable(results) {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${os.cpus().length} x ${os.cpus()[0]?.model ?? 'a processor'}`;
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    `Run on ${date} in ${total.toFixed(0)} s: ${machine}, Linux ${os.release()}, Node.js ${process.version}, ` +
      `as ${process.getuid() === 0 ? 'root' : 'a user without privileges'}.`,
    '',
    `| ${HEAD.join(' | ')} |`,
    `|${HEAD.map(() => '---|').join('')}`,
    ...results.map(tableRow),
    '',
  ].join('\n');
}

export function jsonReport(results, sizes) {
  const rows = results.map(({ name, fault, how, status, happened, reason, ...rest }) => ({
    name,
    fault,
    how,
    status,
    happened,
    reason,
    lost: rest.lost,
    processesLeft: rest.processesLeft,
    descriptorsLeft: rest.descriptorsLeft,
    seconds: rest.seconds,
  }));
  const count = (wanted) => rows.filter(({ status }) => status === wanted).length;
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  return `${JSON.stringify({ date: new Date().toISOString(), node: process.version, sizes, ...counts, rows }, null, 2)}\n`;
}

/** The document with its table replaced. */
export function between(text, table) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined)
    throw new Error(`the document has no markers of a table: ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n${table}\n${END}${after}`;
}
