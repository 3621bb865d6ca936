/** The package: its Node.js and its native binary. */

import { statSync } from 'node:fs';
import { boostVersionIn } from '../../core/index';
import { formatBytes } from '../amounts';
import { readManifest } from '../program';
import { boostCheck } from './boost';
import { type Check, missing, ok } from './check';
import { isAtLeast, type Machine } from './machine';
import { platformCheck, runtimeCheck } from './runtime';

/** The part of a diagnostic report that is used. */
interface DiagnosticReport {
  header: { glibcVersionRuntime?: string };
  sharedObjects: string[];
}

function diagnosticReport(): DiagnosticReport {
  // Without this it resolves the names of hosts, which may take seconds.
  const reporter = process.report as typeof process.report & { excludeNetwork?: boolean };
  reporter.excludeNetwork = true;
  return reporter.getReport() as unknown as DiagnosticReport;
}

/** `loadError`: why the engine could not be created; `undefined` if it was. */
export function packageChecks(machine: Machine, loadError: Error | undefined): Check[] {
  const { version, engines, binary } = readManifest();
  const report = diagnosticReport();
  const file = loadError === undefined ? nativeFile(report) : undefined;
  return [
    nodeCheck(engines.node),
    runtimeCheck(process.versions),
    platformCheck(machine, report.header.glibcVersionRuntime),
    ok({ id: 'package', name: 'Package', value: version }),
    nativeCheck(file, loadError),
    // Read from the loaded binary, which may have been built on another machine.
    ...(file === undefined ? [] : [boostCheck(boostVersionIn(file), report.sharedObjects)]),
    napiCheck(Math.max(...binary.napi_versions)),
  ];
}

function nodeCheck(range: string): Check {
  const check = {
    id: 'node',
    name: 'Node.js',
    value: `${process.version} (${range})`,
    needed: true,
  };
  if (isAtLeast(process.version, range)) return ok(check);
  const meaning = 'the package does not support this version';
  return missing({ ...check, meaning, cure: `Install Node.js ${range}.` });
}

/** The binary that was loaded. */
const nativeFile = ({ sharedObjects }: DiagnosticReport): string | undefined =>
  sharedObjects.find((path) => /escher[-_]execution[-_]engine[^/\\]*\.node$/.test(path));

/** The line of a load error that describes the fix. */
const CURE = /^(?:cure|fix): +(.*)/;

function nativeCheck(file: string | undefined, loadError: Error | undefined): Check {
  const check = { id: 'native', name: 'Native binary', needed: true };
  if (loadError === undefined) {
    const size = file === undefined ? '' : `, ${formatBytes(statSync(file).size)}`;
    return ok({ ...check, value: `${file ?? 'loaded'}${size}` });
  }
  const [value = '', ...rest] = loadError.message.split('\n').map((line) => line.trim());
  const cure = rest.map((line) => CURE.exec(line)?.[1]).find((text) => text !== undefined);
  const details = rest.filter((line) => !CURE.test(line)).join('; ');
  const meaning = `commands cannot be run (${details})`;
  return missing({ ...check, value, meaning, cure: cure ?? 'Reinstall the package.' });
}

function napiCheck(least: number): Check {
  const value = `${process.versions.napi} (>= ${least})`;
  const check = { id: 'napi', name: 'N-API', value, needed: true };
  if (Number(process.versions.napi) >= least) return ok(check);
  const meaning = 'the native binary cannot be loaded';
  return missing({ ...check, meaning, cure: 'Install a later version of Node.js.' });
}
