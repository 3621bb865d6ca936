// A worker in a process of its own, so that it can be killed, stopped and blocked.
import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker-host.mjs');

export class WorkerProcess {
  #child;
  #answers = new Map();
  #number = 0;
  #ready;
  ended;

  constructor(settings) {
    this.#child = fork(program, {
      env: { ...process.env, FLEET_WORKER: JSON.stringify(settings) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve(code ?? signal)),
    );
    this.#ready = new Promise((resolve) => this.#answers.set(0, resolve));
    this.#child.on('message', ({ number, value }) => {
      this.#answers.get(number)?.(value);
      this.#answers.delete(number);
    });
  }

  /** Resolves when it takes jobs. */
  async ready() {
    await Promise.race([
      this.#ready,
      this.ended.then((end) => {
        throw new Error(`a worker ended at its start: ${end}`);
      }),
    ]);
  }

  get pid() {
    return this.#child.pid;
  }

  ask(order, value) {
    const number = ++this.#number;
    const answer = new Promise((resolve) => this.#answers.set(number, resolve));
    this.#child.send({ number, order, value });
    return answer;
  }

  /** Blocks its event loop. */
  block(ms) {
    this.#child.send({ number: -1, order: 'block', value: ms });
  }

  async end(signal) {
    this.#child.kill(signal);
    return await this.ended;
  }
}
