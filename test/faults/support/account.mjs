// The account of one row in its own process: what was lost, and what is left of processes and descriptors.
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { Ledger } from './ledger.mjs';
import { descriptorsOf, markedProcesses, zombiesOf } from './processes.mjs';
import { exec } from './requests.mjs';
import { waitFor } from './wait.mjs';

/** What may take a moment: a watchdog that ends, a thread that is joined. */
const MOMENT_MS = 3_000;

/** What makes an engine open all that it keeps open: the lock of its overflow files comes with the first of them. */
const warmUp = (ledger) =>
  ledger.run(
    exec('/bin/echo', ['warm'], {
      maxOutputSizeBytes: 1,
      oversizedOutputStrategy: 'streamToFile',
    }),
  );

const ignore = () => undefined;

/** Waits a moment for `count()` to fall to `allowed`, and gives what it is above that then. */
export async function leftOver(count, allowed = 0) {
  await waitFor('it to be gone', () => count() <= allowed, MOMENT_MS).catch(ignore);
  return Math.max(0, count() - allowed);
}

/** How many processes the row has caused and not ended: its marked ones, and the zombies of this process. */
export const processesLeft = ({ mark }) =>
  leftOver(() => markedProcesses(mark).length + zombiesOf(process.pid).length);

const descriptors = () => descriptorsOf(process.pid).length;

/** The descriptors of a process that has used an engine and has none. */
export async function warmDescriptors() {
  const engine = new ExecutionEngine();
  await engine.run(exec('/bin/true'));
  await engine.shutdown();
  return descriptors();
}

/**
 * Runs `body({ engine, ledger })` with an engine of `config`, shuts that down, and draws up the account. Descriptors are
 * compared with those of the same engine after its first execution, and after the shutdown with those before it was made.
 */
export async function accounted(context, config, body) {
  const before = await warmDescriptors();
  const engine = new ExecutionEngine(config);
  const ledger = new Ledger(engine);
  await warmUp(ledger);
  const warm = descriptors();
  let happened;
  let heldByEngine = 0;
  try {
    happened = await body({ engine, ledger });
    await waitFor('everything to settle', () => ledger.lost === 0).catch(ignore);
    heldByEngine = await leftOver(descriptors, warm);
  } finally {
    // Also after a failure: what a row leaves behind must not be the reason for the next one.
    await engine.shutdown({ graceMs: 0 });
  }
  ledger.check();
  return {
    happened,
    lost: ledger.lost,
    processesLeft: await processesLeft(context),
    descriptorsLeft: Math.max(heldByEngine, await leftOver(descriptors, before)),
  };
}
