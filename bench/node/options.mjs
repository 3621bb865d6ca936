// The command line of `npm run bench`.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { workloads } from './suite.mjs';

const USAGE = `npm run bench -- [options] [workloads]
  --smoke         everything once and tiny: does it still run?
  --rounds N      how many rounds; default 5
  --minutes N     no further round if it would take longer than this; default 13
  --out FOLDER    where the results go; default bench/results for a run of all workloads, else nowhere
  --floor FILE    the program of the bare system calls, instead of building it
Workloads: ${Object.keys(workloads).join(', ')}`;

/** What the command line asks for; ends the process where that makes no sense. */
export function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        smoke: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        minutes: { type: 'string', default: '13' },
        out: { type: 'string' },
        floor: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const unknown = positionals.filter((name) => !Object.hasOwn(workloads, name));
    if (unknown.length > 0) throw new Error(`no such workload: ${unknown.join(', ')}`);
    const rounds = Number(values.rounds ?? (values.smoke ? 1 : 5));
    const minutes = Number(values.minutes);
    if (!(Number.isInteger(rounds) && rounds >= 1)) throw new Error('--rounds is 1 or more');
    if (!(minutes > 0)) throw new Error('--minutes is more than 0');
    const selected = positionals.length > 0 ? positionals : Object.keys(workloads);
    return {
      form: values.smoke ? 'smoke' : 'full',
      floor: values.floor,
      rounds,
      minutes,
      selected,
      out: values.out ?? usualFolder(values, positionals),
    };
  } catch (error) {
    console.error(`bench: ${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

/** Only a run of everything replaces what the repository shows. */
function usualFolder({ smoke }, positionals) {
  if (smoke || positionals.length > 0) return undefined;
  return fileURLToPath(new URL('../results', import.meta.url));
}
