// A Redis server of its own: on a free port, in a folder of its own, with or without an append-only file.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.mjs';
import { until } from './wait.mjs';

export class RedisServer {
  #folder;
  #args;
  #process;
  port;

  /** `keepsAll`: every write is on the disk before it is answered. Otherwise nothing survives the server. */
  static async start(folder, { keepsAll = false } = {}) {
    const server = new RedisServer();
    server.#folder = path.join(folder, 'redis');
    mkdirSync(server.#folder);
    server.port = await freePort();
    const persistence = keepsAll ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
    server.#args = [
      ...['--port', String(server.port), '--bind', '127.0.0.1', '--dir', server.#folder],
      ...['--save', '', '--rdbcompression', 'no', '--maxmemory-policy', 'noeviction'],
      ...['--enable-debug-command', 'yes', ...persistence],
    ];
    await server.restart();
    return server;
  }

  get connection() {
    return this.connectionAt(this.port);
  }

  /** Through a proxy that listens on that port. */
  connectionAt(port) {
    return { host: '127.0.0.1', port };
  }

  async restart() {
    this.#process = spawn('redis-server', this.#args, { stdio: 'ignore' });
    await until('redis answers', () => this.#answers());
  }

  async #answers() {
    try {
      return (await this.ask('ping')) === 'PONG';
    } catch {
      return false;
    }
  }

  /** Sends one command. */
  async ask(command, ...args) {
    const client = new Redis({ ...this.connection, retryStrategy: () => null, lazyConnect: true });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }

  async usedMemory() {
    return Number(/used_memory:(\d+)/.exec(await this.ask('info', 'memory'))[1]);
  }

  /** Everything that the server has, as bytes: the snapshot, and the append-only files. */
  async dump() {
    await this.ask('save');
    const files = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
    return Buffer.concat(
      files
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(path.join(entry.parentPath ?? entry.path, entry.name))),
    );
  }

  async kill() {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
