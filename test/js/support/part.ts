import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from './repository';

/**
 * A part of the program that is too small to be seen from outside, by its path under `lib`: for
 * tables of cases that would each take a process.
 */
export function loadPart<Names>(name: string): Names {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [join('lib', `${name}.ts`)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['*/index'],
  });
  const module = { exports: {} };
  const code = (outputFiles[0] as { text: string }).text;
  new Function('module', 'exports', 'require', code)(module, module.exports, require);
  return module.exports as Names;
}
