/** A subcommand is a table of options and a function. The table gives the parser, the help and the usage errors. */

import type { CommandIo, Subcommand } from '../../types/subcommand';
import { type ParsedArguments, parseArguments } from './arguments';
import { ExitCode } from './exit-codes';
import { helpText, usageErrorText } from './help';
import { type SubcommandSpec, switchOption } from './subcommand-spec';
import { UsageError } from './usage-error';

type Body = (args: ParsedArguments, io: CommandIo) => Promise<number>;

const HELP = switchOption('show this help', 'h');

export function subcommand(given: SubcommandSpec, body: Body): Subcommand {
  const spec: SubcommandSpec = { ...given, options: { ...given.options, help: HELP } };
  return async (args, io) => {
    try {
      const parsed = parseArguments(spec, args);
      if (!parsed.switches.has('help')) return await body(parsed, io);
      io.stdout.write(helpText(spec));
      return 0;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      io.stderr.write(usageErrorText(spec, error));
      return ExitCode.usage;
    }
  };
}
