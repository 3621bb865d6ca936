/** The package itself: the Node that runs it, and the native binary. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { boostVersionIn } from '../../native';
import { formatBytes } from '../amounts';
import { type Check, missing, ok } from './check';
import { isAtLeast, type Machine } from './machine';

interface Manifest {
  version: string;
  engines: { node: string };
  binary: { napi_versions: number[] };
}

interface Report {
  header: { glibcVersionRuntime?: string };
  sharedObjects: string[];
}

const manifest = (): Manifest =>
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as Manifest;

/** What the process knows of itself. */
function report(): Report {
  // Names of hosts are not asked for, which may take seconds.
  const reporter = process.report as typeof process.report & { excludeNetwork?: boolean };
  reporter.excludeNetwork = true;
  return reporter.getReport() as unknown as Report;
}

/** `loadError`: why the engine could not be made, if it could not. */
export function packageChecks(machine: Machine, loadError: Error | undefined): Check[] {
  const { version, engines, binary } = manifest();
  const facts = report();
  const file = loadError === undefined ? nativeFile(facts) : undefined;
  return [
    node(engines.node),
    ok({ id: 'platform', name: 'Platform', value: platformOf(machine, facts) }),
    ok({ id: 'package', name: 'Package', value: version }),
    native(file, loadError),
    ...(file === undefined ? [] : [boost(file)]),
    napi(Math.max(...binary.napi_versions)),
  ];
}

function node(range: string): Check {
  const check = {
    id: 'node',
    name: 'Node.js',
    value: `${process.version} (${range})`,
    needed: true,
  };
  if (isAtLeast(process.version, range)) return ok(check);
  const meaning = 'the package was not made for it';
  return missing({ ...check, meaning, cure: `Install Node.js ${range}.` });
}

function platformOf({ platform, arch }: Machine, { header }: Report): string {
  if (platform !== 'linux') return `${platform}-${arch}`;
  const glibc = header.glibcVersionRuntime;
  return `${platform}-${arch}, ${glibc === undefined ? 'no glibc (musl?)' : `glibc ${glibc}`}`;
}

/** The file that was loaded. */
const nativeFile = ({ sharedObjects }: Report): string | undefined =>
  sharedObjects.find((path) => /escher[-_]execution[-_]engine[^/\\]*\.node$/.test(path));

function native(file: string | undefined, loadError: Error | undefined): Check {
  const check = { id: 'native', name: 'Native binary', needed: true };
  if (loadError === undefined) {
    const size = file === undefined ? '' : `, ${formatBytes(statSync(file).size)}`;
    return ok({ ...check, value: `${file ?? 'loaded'}${size}` });
  }
  const [value = '', ...rest] = loadError.message.split('\n').map((line) => line.trim());
  const cure = rest
    .find((line) => line.startsWith('cure:'))
    ?.slice('cure:'.length)
    .trim();
  const details = rest.filter((line) => !line.startsWith('cure:')).join('; ');
  const meaning = `nothing can be run (${details})`;
  return missing({ ...check, value, meaning, cure: cure ?? 'Install the package again.' });
}

/** Asked of the very binary that runs, which may have been built elsewhere. */
function boost(file: string): Check {
  return ok({ id: 'boost', name: 'Boost', value: `${boostVersionIn(file)}, compiled in` });
}

function napi(least: number): Check {
  const value = `${process.versions.napi} (>= ${least})`;
  const check = { id: 'napi', name: 'N-API', value, needed: true };
  if (Number(process.versions.napi) >= least) return ok(check);
  const meaning = 'the native binary cannot be loaded';
  return missing({ ...check, meaning, cure: 'Install a later Node.js.' });
}
