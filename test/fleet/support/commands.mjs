// Commands that leave traces: a line for each start and each end, and a line for each start beside another copy.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export class Commands {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * A request whose command runs for `seconds`. Copies of the same name hold one lock: the system frees it when the last
   * process of a copy is gone, however it ends.
   */
  request(name, { seconds = 0, after = '', ...more } = {}) {
    const script = `
      echo $$ >> runs.${name}
      exec 9> lock.${name}
      flock -n 9 || echo $$ >> overlaps.${name}
      ${seconds > 0 ? `sleep ${seconds}` : ''}
      ${after}
      echo $$ >> ends.${name}`;
    return {
      command: { type: 'shell', command: script, shell: '/bin/sh' },
      workingDir: this.#folder,
      env: { FLEET_MARK: this.#folder },
      ...more,
    };
  }

  runs(name) {
    return this.#lines(`runs.${name}`);
  }

  /** The time of the newest start, by the clock of this machine. */
  lastStart(name) {
    return Math.round(statSync(path.join(this.#folder, `runs.${name}`)).mtimeMs);
  }

  ends(name) {
    return this.#lines(`ends.${name}`);
  }

  overlaps(name) {
    return this.#lines(`overlaps.${name}`);
  }

  #lines(file) {
    const full = path.join(this.#folder, file);
    return existsSync(full) ? readFileSync(full, 'utf8').split('\n').length - 1 : 0;
  }

  /** The processes of these commands that are alive. */
  alive() {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && this.#isOurs(pid));
  }

  /** Whether none of these processes is alive. */
  areGone(pids) {
    return !pids.some((pid) => this.#isOurs(pid));
  }

  #isOurs(pid) {
    return environOf(pid).includes(`FLEET_MARK=${this.#folder}\0`);
  }
}

function environOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
