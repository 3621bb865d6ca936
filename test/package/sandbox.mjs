// Imitates a user's machine: a temporary folder, an empty home, none of the variables of the npm that runs this, and a
// local registry or none.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { capture } from '../../tools/lib/run.mjs';

export class Sandbox {
  #root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'escher-package-')));
  #registry;

  /** `registry` is an address; without one npm is offline. */
  constructor({ registry } = {}) {
    this.#registry = registry;
    mkdirSync(this.path('home'));
  }

  path(...parts) {
    return path.join(this.#root, ...parts);
  }

  /** An empty project. */
  project(name, manifest = {}) {
    const folder = this.path(name);
    mkdirSync(folder);
    writeFileSync(
      path.join(folder, 'package.json'),
      JSON.stringify({ private: true, ...manifest }),
    );
    return folder;
  }

  /** Runs npm, and throws if it fails. */
  async npm(cwd, ...args) {
    return await this.must(cwd, 'npm', args);
  }

  async must(cwd, program, args, options) {
    const { code, output } = await this.run(cwd, program, args, options);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${output}`);
    return output;
  }

  /** `node` is the Node.js that `#!/usr/bin/env node` finds. */
  run(cwd, program, args, { node = process.execPath, env = {}, timeout = 300_000 } = {}) {
    const search = [path.dirname(node), ...(process.env.PATH ?? '').split(path.delimiter)];
    return capture(program, args, {
      cwd,
      timeout,
      env: {
        PATH: search.filter((folder) => !folder.includes('node_modules')).join(path.delimiter),
        HOME: this.path('home'),
        npm_config_cache: this.path('cache'),
        npm_config_audit: 'false',
        npm_config_fund: 'false',
        npm_config_update_notifier: 'false',
        ...(this.#registry === undefined
          ? { npm_config_offline: 'true' }
          : { npm_config_registry: this.#registry }),
        ...env,
      },
    });
  }

  remove() {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
