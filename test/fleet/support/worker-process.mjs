// A worker in a process of its own, so that it can be killed, stopped and blocked.
import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker-host.mjs');

export class WorkerProcess {
  #child;
  #answers = new Map();
  #number = 0;
  ended;

  static async start(settings) {
    const worker = new WorkerProcess();
    worker.#child = fork(program, {
      env: { ...process.env, FLEET_WORKER: JSON.stringify(settings) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    worker.ended = new Promise((resolve) =>
      worker.#child.once('exit', (code, signal) => resolve(code ?? signal)),
    );
    const ready = new Promise((resolve) => worker.#answers.set(0, resolve));
    worker.#child.on('message', ({ number, value }) => {
      worker.#answers.get(number)?.(value);
      worker.#answers.delete(number);
    });
    await Promise.race([
      ready,
      worker.ended.then((end) => {
        throw new Error(`a worker ended at its start: ${end}`);
      }),
    ]);
    return worker;
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
