/** The name and the version under which spans and metrics are recorded. */

declare const PACKAGE_VERSION: string;

export const SCOPE = 'escher-execution-engine';
export const VERSION: string | undefined =
  typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : undefined;
