// Log and overflow files where they cannot be: no command ends because of it, and the result says what happened.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { accounted, processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { exec, sh } from './support/requests.mjs';
import { withGuard } from './support/wait.mjs';

const COUNT = 400_000;
const BYTES = 2_688_895;
const KEPT = 1_000;

const spilling = (dir) => ({
  logDir: path.join(dir, 'logs'),
  overflowDir: path.join(dir, 'overflow'),
  maxOutputSizeBytes: KEPT,
  oversizedOutputStrategy: 'streamToFile',
});

/** Paths differ from run to run. */
const withoutPath = (text) => text?.replace(/ '.*'/, '');

/** Beside them lies the list of those that are the engine's. */
const overflowFiles = ({ config: { overflowDir } }) =>
  existsSync(overflowDir)
    ? readdirSync(overflowDir).filter((name) => !name.startsWith('escher-execution-engine-'))
    : [];

/** Five commands at once, each with far more output than the disk takes: none may notice. */
async function spill({ engine, ledger }, errors) {
  const before = overflowFiles(engine);
  const results = await Promise.all(
    Array.from({ length: 5 }, () => ledger.result(exec('seq', ['1', `${COUNT}`]))),
  );
  for (const result of results) {
    assert.deepEqual([result.status, result.exitCode, result.error], ['completed', 0, null]);
    assert.equal(result.stdoutBytes, BYTES, 'stdoutBytes');
    assert.ok(result.stdout.startsWith('1\n2\n3\n'), 'the beginning of the output was kept');
    assert.ok(result.stdout.length >= KEPT, 'as much as was asked for was kept');
    assert.equal(result.stdoutOverflowFile, null, 'half a file passes for a whole one');
    assert.match(result.overflowError ?? 'no overflowError', errors);
    assert.match(result.logError ?? 'no logError', errors);
  }
  assert.deepEqual(
    overflowFiles(engine).filter((name) => !before.includes(name)),
    [],
    'half-written overflow files',
  );
  return `5 commands completed with their ${BYTES} bytes counted; overflowError: ${withoutPath(results[0].overflowError)}`;
}

export const hosts = {
  async spill({ mark, dir, errors }, { tell }) {
    const report = await accounted({ mark }, spilling(dir), (account) =>
      spill(account, new RegExp(errors)),
    );
    tell('report', report);
  },
};

async function inHost(context, under, dir, errors) {
  const host = startHost(import.meta.url, 'spill', { dir, errors, mark: context.mark }, { under });
  const report = await host.told('report');
  await host.endedWell();
  return { ...report, processesLeft: await processesLeft(context) };
}

/** A file system of its own for one host: it is gone when the host is. */
function mounted(context, options, errors) {
  const namespace = process.getuid() === 0 ? ['unshare', '-m'] : ['unshare', '-Urm'];
  const dir = path.join(context.dir, 'disk');
  mkdirSync(dir);
  const [program, ...words] = namespace;
  const mount = `mount -t tmpfs -o ${options} none '${dir}' && exec "$@"`;
  const probe = spawnSync(program, [...words, 'sh', '-c', mount, 'sh', 'true'], {
    encoding: 'utf8',
  });
  if (probe.status !== 0) {
    return {
      skip: `needs a mount namespace, as root has one and others where user namespaces are allowed: ${probe.stderr}`,
    };
  }
  return inHost(context, [...namespace, 'sh', '-c', mount, 'sh'], dir, errors);
}

const fileLimit = (context) =>
  inHost(context, ['prlimit', '--fsize=65536:65536'], context.dir, 'EFBIG');

/** The directories are removed, with the files open, while the command writes. */
const vanished = (context) =>
  accounted(context, spilling(context.dir), async ({ ledger }) => {
    const { execution, ended } = ledger.start(
      sh(`seq 1 1000; read _; seq 1 ${COUNT}`, { stdin: 'pipe' }),
    );
    await new Promise((resolve) => execution.once('stdout', resolve));
    for (const name of ['logs', 'overflow']) {
      rmSync(path.join(context.dir, name), { recursive: true });
    }
    execution.stdin.end('\n');
    const { result } = await ended;
    assert.deepEqual([result.status, result.error], ['completed', null]);
    for (const [file, error] of [
      [result.logFile, result.logError],
      [result.stdoutOverflowFile, result.overflowError],
    ]) {
      assert.ok(file === null || existsSync(file) || error, `${file} is promised and is not there`);
    }
    return `completed; logError: ${withoutPath(result.logError)}; overflowError: ${withoutPath(result.overflowError)}`;
  });

/** Another file occupies the path of a log or overflow file: nothing is written through it, nothing waits for it. */
const planted = (context) =>
  accounted(context, spilling(context.dir), async ({ engine, ledger }) => {
    const { logDir, overflowDir } = engine.config;
    for (const dir of [logDir, overflowDir]) mkdirSync(dir, { recursive: true });
    const victim = path.join(context.dir, 'victim');
    writeFileSync(victim, 'untouched\n', { mode: 0o644 });
    const plants = {
      'a symbolic link': (place) => symlinkSync(victim, place),
      'a dangling link': (place) => symlinkSync(path.join(context.dir, 'made-by-nobody'), place),
      'a hard link': (place) => linkSync(victim, place),
      'a FIFO': (place) => spawnSync('mkfifo', [place]),
      'a link to a device': (place) => symlinkSync('/dev/full', place),
      'a directory': (place) => mkdirSync(place),
    };
    for (const [name, plant] of Object.entries(plants)) {
      const id = randomUUID();
      plant(path.join(logDir, `${id}.log`));
      plant(path.join(overflowDir, `${id}.stdout`));
      const { result } = await withGuard(
        `an execution whose files are ${name}`,
        ledger.run(exec('seq', ['1', '10000'], { id })),
      );
      assert.deepEqual([result.status, result.error], ['completed', null], name);
      assert.ok(result.logError, `${name} as a log file: no logError`);
      assert.ok(result.overflowError, `${name} as an overflow file: no overflowError`);
      assert.equal(result.stdoutOverflowFile, null, name);
    }
    const { result } = await ledger.run(exec('seq', ['1', '9'], { outputLogPath: '/dev/null' }));
    assert.ok(result.logError, 'a device as outputLogPath: no logError');
    assert.equal(readFileSync(victim, 'utf8'), 'untouched\n', 'the file behind a link was written');
    assert.ok(
      !existsSync(path.join(context.dir, 'made-by-nobody')),
      'a file was made through a link',
    );
    return `${Object.keys(plants).join(', ')}, a device: all refused as log and as overflow files, every command completed, nothing behind a link was touched`;
  });

/** With any umask, no other user can read the output of a command. */
const modes = (context) =>
  accounted(context, spilling(path.join(context.dir, 'deep')), async ({ engine, ledger }) => {
    const before = process.umask(0);
    try {
      const result = await ledger.result(exec('seq', ['1', '10000'], { umask: 0 }));
      const bits = (place) => (statSync(place).mode & 0o777).toString(8);
      const { logDir, overflowDir } = engine.config;
      assert.deepEqual([bits(logDir), bits(overflowDir)], ['700', '700']);
      assert.deepEqual([bits(result.logFile), bits(result.stdoutOverflowFile)], ['600', '600']);
    } finally {
      process.umask(before);
    }
    return 'directories 0700, files 0600';
  });

export const rows = [
  {
    name: 'files-disk-full',
    fault: 'disk full under log and overflow files',
    how: 'both on a file system of 1 MiB (`tmpfs` in a mount namespace), 5 commands with 2.6 MB each',
    run: (context) => mounted(context, 'size=1m', 'ENOSPC'),
  },
  {
    name: 'files-size-limit',
    fault: 'files may not grow',
    how: '`prlimit --fsize=65536` on the host, the same commands',
    run: fileLimit,
  },
  {
    name: 'files-read-only',
    fault: 'read-only directory',
    how: 'both on a `tmpfs` that is mounted read-only',
    run: (context) => mounted(context, 'ro', 'EROFS'),
  },
  {
    name: 'files-vanished',
    fault: 'directory vanished',
    how: 'both directories removed while the command writes',
    run: vanished,
  },
  {
    name: 'files-planted',
    fault: 'something planted at the path of a file',
    how: 'links, hard links, FIFOs, devices and directories at the paths of log and overflow files',
    run: planted,
  },
  {
    name: 'files-modes',
    fault: 'umask 000',
    how: 'the host and the command have no umask',
    run: modes,
  },
];
