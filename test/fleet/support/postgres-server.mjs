// A PostgreSQL server of its own, on a free port and in a folder of its own. It refuses to run as root, so it runs as
// `postgres` then, the user that its package makes.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.mjs';
import { until } from './wait.mjs';

const versions = '/usr/lib/postgresql';
const run = promisify(execFile);

export class PostgresServer {
  #folder;
  #user;
  #process;
  port;

  static isInstalled() {
    return existsSync(versions);
  }

  static async start(folder) {
    const server = new PostgresServer();
    server.port = await freePort();
    server.#user = process.getuid() === 0 ? userNamed('postgres') : {};
    server.#folder = path.join(folder, 'postgres');
    mkdirSync(server.#folder);
    if (server.#user.uid !== undefined) {
      chownSync(server.#folder, server.#user.uid, server.#user.gid);
      chmodSync(folder, 0o711);
    }
    await server.#run('initdb', ['-D', server.#folder, '-A', 'trust', '-U', 'fleet', '--no-sync']);
    await server.restart();
    return server;
  }

  get connection() {
    return this.connectionAt(this.port);
  }

  /** Through a proxy that listens on that port. */
  connectionAt(port) {
    return { postgres: `postgres://fleet@127.0.0.1:${port}/postgres` };
  }

  /** Does not block: other proofs have their proxies in this process. */
  async #run(program, args) {
    await run(binary(program), args, { ...this.#user, cwd: '/' });
  }

  async restart() {
    const args = [
      '-D',
      this.#folder,
      '-p',
      String(this.port),
      '-k',
      this.#folder,
      '-h',
      '127.0.0.1',
    ];
    this.#process = spawn(binary('postgres'), args, { ...this.#user, cwd: '/', stdio: 'ignore' });
    await until('postgres answers', () => this.#answers());
  }

  async #answers() {
    try {
      return (await this.ask('SELECT 1 AS one'))[0].one === 1;
    } catch {
      return false;
    }
  }

  async ask(text) {
    const client = new pg.Client({ connectionString: this.connection.postgres });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Holds the lock of a job or of a key, until the server ends. */
  async hold(name) {
    const client = new pg.Client({ connectionString: this.connection.postgres });
    client.on('error', () => {});
    await client.connect();
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    return { isWaitedFor: async () => (await this.ask(waiting)).length > 0 };
  }

  async usedMemory() {
    return Number((await this.ask('SELECT pg_database_size(current_database()) AS size'))[0].size);
  }

  /** The text of every table. */
  async dump() {
    const args = [
      '-h',
      '127.0.0.1',
      '-p',
      String(this.port),
      '-U',
      'fleet',
      '--inserts',
      'postgres',
    ];
    const { stdout } = await run(binary('pg_dump'), args, {
      encoding: 'buffer',
      maxBuffer: 1 << 28,
    });
    return stdout;
  }

  async kill() {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGQUIT');
    await ended;
  }
}

/** Of the newest version. */
function binary(name) {
  const newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0];
  return path.join(versions, newest, 'bin', name);
}

function userNamed(name) {
  const id = (option) => Number(spawnSync('id', [option, name], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
