// Whether a program is in the PATH: examples leave out what needs one that is not there.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

export function isInstalled(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
