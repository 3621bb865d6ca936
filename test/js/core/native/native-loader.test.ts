import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostOptions, reportOf } from '../../support/hosts';
import { root } from '../../support/repository';

interface Content {
  text?: string;
  js?: string;
}

interface Scenario {
  /** What was built in the folder of the package. */
  built?: Content;
  /** Installed platform packages. */
  platforms?: Record<string, Content>;
  /** What the manifest names as optional dependencies. */
  optional?: string[];
  files?: Record<string, Content>;
  /** Of the package that the code is in. */
  name?: string;
  platform?: string;
  arch?: string;
  /** The beginning of the file of Node.js. */
  program?: string;
  report?: object;
}

interface Outcome {
  made: boolean;
  code: string;
  message: string;
  cause: string;
}

const OVERRIDE = 'ESCHER_EXECUTION_ENGINE_BINARY';
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
};
const GLIBC = `escher-execution-engine-linux-${process.arch}-glibc`;
const MUSL = `escher-execution-engine-linux-${process.arch}-musl`;
const MUSL_PROGRAM = '\x7fELF…\0/lib/ld-musl-x86_64.so.1\0';
const BROKEN = { text: 'not a binary' };

const load = (scenario: Scenario, options: HostOptions = {}): Promise<Outcome> =>
  reportOf<Outcome>('loader.cjs', { ...options, args: [JSON.stringify(scenario)] });

/** A platform package that behaves like a binary that fails so. */
const throwing = (message: string): Content => ({
  js: `throw Object.assign(new Error(${JSON.stringify(message)}), { code: 'ERR_DLOPEN_FAILED' })`,
});

describe('the addon comes from', () => {
  test('the package of the platform', async () => {
    expect(await load({ platforms: { [GLIBC]: {} } })).toEqual({ made: true });
  });

  test('a build in the folder of the package, before any other', async () => {
    // Would end the process.
    const platforms = { [GLIBC]: { js: 'process.exit(9)' } };
    expect(await load({ built: {}, platforms })).toEqual({ made: true });
    await expect(load({ platforms })).rejects.toThrow('ended with 9');
  });

  test('the package of the platform, where the build does not load', async () => {
    expect(await load({ built: BROKEN, platforms: { [GLIBC]: {} } })).toEqual({ made: true });
  });

  test('the file named by the environment variable only', async () => {
    const env = { [OVERRIDE]: 'other/addon.node' };
    expect(await load({ files: { 'other/addon.node': {} } }, { env })).toEqual({ made: true });
    const outcome = await load({ built: {}, platforms: { [GLIBC]: {} } }, { env });
    expect(outcome.message).toMatch(/tried: <place>\/other\/addon\.node\n +there is no such file/);
    expect(outcome.message).toContain(`cure:  ${OVERRIDE} names this file`);
    expect(outcome.message.match(/tried:/g)).toHaveLength(1);
  });
});

describe('each platform has a package of its own:', () => {
  test.each([
    ['linux', 'x64', 'linux-x64-glibc'],
    ['linux', 'arm64', 'linux-arm64-glibc'],
    ['darwin', 'x64', 'darwin-x64'],
    ['darwin', 'arm64', 'darwin-arm64'],
    ['win32', 'x64', 'win32-x64'],
  ])('%s on %s', async (platform, arch, name) => {
    const wanted = `escher-execution-engine-${name}`;
    const platforms = { [wanted]: throwing('the right one') };
    const { message } = await load({ platform, arch, platforms });
    expect(message).toContain(`here:  ${name}`);
    expect(message).toContain(`tried: ${wanted}\n         the right one`);
  });

  test('a processor without a package gets none', async () => {
    const { message } = await load({ arch: 'riscv64' });
    expect(message).toContain('tried: escher-execution-engine-linux-riscv64-glibc');
    expect(message).toContain('there is no such package');
  });
});

describe('the C library is looked at first', () => {
  test('glibc is not loaded where Node.js runs on musl', async () => {
    const outcome = await load({
      program: MUSL_PROGRAM,
      platforms: { [GLIBC]: {} },
      optional: [GLIBC, MUSL],
    });
    expect(outcome.message).toContain(`here:  linux-${process.arch}-musl`);
    expect(outcome.message).toContain(`tried: ${MUSL}`);
    expect(outcome.message).toContain(`Installed is ${GLIBC}: node_modules comes from another`);
  });

  test('the package for musl is loaded by its own name', async () => {
    const platforms = { [GLIBC]: throwing('the wrong one'), [MUSL]: throwing('the right one') };
    const { message } = await load({ program: MUSL_PROGRAM, platforms });
    expect(message).toContain('the right one');
    expect(message).not.toContain('the wrong one');
  });

  test.each([
    ['glibc', { header: { glibcVersionRuntime: '2.40' } }],
    ['musl', { header: {}, sharedObjects: ['/lib/ld-musl-x86_64.so.1'] }],
    ['musl', { header: {}, sharedObjects: ['/lib/libc.musl-x86_64.so.1'] }],
    ['glibc', { header: {} }],
  ])('%s, from the report %j, where the file of Node.js does not tell', async (libc, report) => {
    const { message } = await load({ program: '#!/bin/sh', report });
    expect(message).toContain(`here:  linux-${process.arch}-${libc}`);
  });
});

describe('an addon that cannot be loaded', () => {
  test('reports the machine, the places, the reasons and the cures', async () => {
    const outcome = await load({ optional: [GLIBC] });
    expect(outcome.code).toBe('ERR_DLOPEN_FAILED');
    const glibc = execFileSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' }).trim();
    expect(outcome.message.split('\n').slice(0, 6)).toEqual([
      'Cannot load the native part of escher-execution-engine.',
      `  here:  linux-${process.arch}-glibc, ${glibc}, Node.js ${process.version}`,
      '  tried: <place>/node_modules/escher-execution-engine/build/Release/escher_execution_engine.node',
      '         there is no such file',
      `  tried: ${GLIBC}`,
      `         Cannot find module '${GLIBC}'`,
    ]);
    expect(outcome.message).toContain('npm install --include=optional');
    expect(outcome.message).toContain('npm/cli#4828');
    expect(outcome.message).toContain('`npm run build` in <place>/node_modules/escher-execution');
    expect(outcome.cause).toContain(GLIBC);
  });

  test('whose package does not exist is not searched for again', async () => {
    const { message } = await load({ optional: [MUSL] });
    expect(message).toContain('`npm run build`');
    expect(message).not.toContain('--include=optional');
  });

  test('that is broken is the cause, before one that is missing', async () => {
    const { cause, message } = await load({ built: BROKEN });
    expect(cause).toMatch(/file too short|invalid ELF header/);
    expect(message).toContain(cause.split('\n')[0]?.replace(/^.*: /, ''));
  });

  test('that is installed and broken is recommended for reinstallation', async () => {
    const { message } = await load({ platforms: { [GLIBC]: BROKEN }, optional: [GLIBC] });
    expect(message).toContain('cure:  Install it again');
    expect(message).not.toContain('--include=optional');
  });

  test('from inside a bundle names the bundler', async () => {
    const { message } = await load({ name: 'an-app', optional: [GLIBC] });
    expect(message).toContain('inside a bundle');
    expect(message).not.toContain('npm run build');
  });

  test('that needs a newer glibc says which', async () => {
    const { message } = await load({
      platforms: { [GLIBC]: throwing("libc.so.6: version `GLIBC_2.99' not found (required by x)") },
      optional: [GLIBC],
    });
    expect(message).toContain('cure:  This binary needs GLIBC_2.99.');
    expect(message).toContain('npm run build');
  });

  test.each([
    ['of another version', `{ Engine: class {}, version: '9.9.9' }`, 'it is of version 9.9.9'],
    ['that is none', '{}', 'this is not the addon'],
  ])('%s is refused', async (_, exported, why) => {
    const platforms = { [GLIBC]: { js: `module.exports = ${exported}` } };
    const { made, message } = await load({ platforms });
    expect({ made, message }).toMatchObject({
      made: false,
      message: expect.stringContaining(why) as string,
    });
    if (exported !== '{}') expect(message).toContain(`the package of version ${version}`);
  });

  test('because Node.js forbids addons names the option', async () => {
    const { message } = await load({ built: {} }, { nodeArgs: ['--no-addons'] });
    expect(message).toContain('--allow-addons');
  });

  test.each([
    ['freebsd', 'there is no such package', 'npm run build'],
    ['win32', "Cannot find module 'escher-", 'Install escher-execution-engine-win32-x64'],
  ])('on %s', async (platform, reason, cure) => {
    const { message } = await load({ platform });
    expect(message).toContain(`here:  ${platform}-${process.arch}`);
    expect(message).toContain(reason);
    expect(message).toContain(cure);
  });
});
