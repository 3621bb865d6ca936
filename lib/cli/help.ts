/** The texts that describe a subcommand: its help, and the explanation of a usage error. */

import { PROGRAM } from './program';
import type { SubcommandSpec } from './subcommand-spec';
import type { UsageError } from './usage-error';

export function helpText(spec: SubcommandSpec): string {
  const { name, operands, description, notes, examples } = spec;
  return [
    `Usage: ${PROGRAM} ${name} [options] ${operands}`.trimEnd(),
    '',
    description,
    '',
    'Options:',
    ...optionRows(spec),
    '',
    ...(notes.length > 0 ? [...notes, ''] : []),
    'Examples:',
    ...examples.map((example) => `  ${PROGRAM} ${name} ${example}`.trimEnd()),
    '',
  ].join('\n');
}

function optionRows({ options }: SubcommandSpec): string[] {
  const rows = Object.entries(options).map(([long, { short, valueName, description }]) => {
    const names = `${short === null ? '    ' : `-${short}, `}--${long}`;
    return { left: valueName === null ? names : `${names} ${valueName}`, description };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, description }) => `  ${left.padEnd(width)}  ${description}`);
}

export function usageErrorText({ name, examples }: SubcommandSpec, error: UsageError): string {
  const start = `${PROGRAM} ${name}`;
  return [
    `${start}: ${error.message}`,
    `  allowed: ${error.allowed}`,
    `  example: ${start} ${error.example ?? examples[0]}`.trimEnd(),
    `  help:    ${start} --help`,
    '',
  ].join('\n');
}
