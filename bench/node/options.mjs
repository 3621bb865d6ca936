// The command line of `npm run bench`.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { groups, workloads } from './suite.mjs';

const USAGE = `npm run bench -- [options] [workloads]
  --smoke         every workload once with tiny sizes, to check that it works
  --only GROUP    the workloads of one group; may be repeated
  --rounds N      number of rounds; default 5
  --minutes N     start no round that would end after this time; default 14
  --out FOLDER    folder for the results; default bench/results for a run of all workloads, else none
  --floor FILE    program of the bare system calls to use, instead of building it
Groups: ${Object.keys(groups).join(', ')}
Workloads: ${Object.keys(workloads).join(', ')}`;

/** The options of the command line; ends the process if they are invalid. */
export function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        smoke: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        rounds: { type: 'string' },
        minutes: { type: 'string', default: '14' },
        out: { type: 'string' },
        floor: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const form = values.smoke ? 'smoke' : 'full';
    const named = selectedBy(values.only, positionals);
    const rounds = Number(values.rounds ?? (values.smoke ? 1 : 5));
    const minutes = Number(values.minutes);
    if (!(Number.isInteger(rounds) && rounds >= 1))
      throw new Error(`--rounds must be an integer of at least 1, received ${values.rounds}`);
    if (!(minutes > 0))
      throw new Error(`--minutes must be greater than 0, received ${values.minutes}`);
    const usual = ([, { byName = false }]) => !(values.smoke && byName);
    const all = Object.entries(workloads).filter(usual);
    return {
      form,
      floor: values.floor,
      rounds,
      minutes,
      selected: named.length > 0 ? named : all.map(([name]) => name),
      out: values.out ?? defaultFolder(values, named),
    };
  } catch (error) {
    console.error(`bench: ${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

/** The names of the workloads that the command line names, by group or one by one. */
function selectedBy(only, names) {
  const lacks = (known) => (name) => !Object.hasOwn(known, name);
  const groupless = only.filter(lacks(groups));
  if (groupless.length > 0)
    throw new Error(
      `--only must be one of ${Object.keys(groups).join(', ')}, received ${groupless}`,
    );
  const unknown = names.filter(lacks(workloads));
  if (unknown.length > 0) throw new Error(`unknown workload: ${unknown.join(', ')}`);
  return [...only.flatMap((group) => groups[group]), ...names];
}

/** Only a run of all workloads replaces the committed results. */
function defaultFolder({ smoke }, named) {
  if (smoke || named.length > 0) return undefined;
  return fileURLToPath(new URL('../results', import.meta.url));
}
