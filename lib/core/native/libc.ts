/** Determines the C library of this process: a binary for the other one loads, and crashes at its first call. */

import { closeSync, openSync, readSync } from 'node:fs';

export type Libc = 'glibc' | 'musl';

/** The parts of a report of Node.js that are used here. */
interface Report {
  header: { glibcVersionRuntime?: string };
  sharedObjects?: string[];
}

/** The C library of this process; `undefined` outside Linux. glibc, the usual one, if it cannot be determined. */
export function libcHere(): Libc | undefined {
  if (process.platform !== 'linux') return undefined;
  return libcOfProgram(process.execPath) ?? libcOfReport(report()) ?? 'glibc';
}

/**
 * The version of glibc (`2.36`); `undefined` if it is another library or unknown. Takes milliseconds: for error
 * messages.
 */
export const glibcVersion = (): string | undefined => report()?.header.glibcVersionRuntime;

/**
 * By the name of the dynamic loader at the start of a program. This takes a tenth of a millisecond; a report of Node.js
 * takes several.
 */
export function libcOfProgram(file: string): Libc | undefined {
  const beginning = Buffer.alloc(4096);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, beginning, 0, beginning.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
  const text = beginning.toString('latin1');
  if (!text.startsWith('\x7fELF')) return undefined;
  return libcOfLoader(/\/ld-(linux|musl)-/.exec(text)?.[1]);
}

/** By the libraries that a process has loaded. */
export function libcOfReport(made: Report | undefined): Libc | undefined {
  if (made?.header.glibcVersionRuntime !== undefined) return 'glibc';
  const loaders = made?.sharedObjects?.map((file) => /\/(?:ld|libc\.)-?(musl)-/.exec(file)?.[1]);
  return libcOfLoader(loaders?.find((name) => name !== undefined));
}

function libcOfLoader(name: string | undefined): Libc | undefined {
  if (name === undefined) return undefined;
  return name === 'musl' ? 'musl' : 'glibc';
}

/** A report without the host names of connections, which it would look up one by one. */
function report(): Report | undefined {
  const maker = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  if (maker === undefined) return undefined;
  const before = maker.excludeNetwork;
  try {
    maker.excludeNetwork = true;
    return maker.getReport() as unknown as Report;
  } catch {
    return undefined;
  } finally {
    maker.excludeNetwork = before ?? false;
  }
}
