// Builds the console's page: static files in dist/console/page/, with the licences of the bundled packages.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { inRoot } from './lib/paths.mjs';
import { mustBin } from './lib/run.mjs';

const source = 'lib/console/page';
const target = 'dist/console/page';
/** The npm packages that become a part of the page. */
export const bundled = [
  '@xterm/xterm',
  '@xterm/addon-fit',
  '@xterm/addon-search',
  '@xterm/addon-unicode11',
];

export function buildPage() {
  mustBin('tsc', ['-p', `${source}/tsconfig.json`]);
  mkdirSync(inRoot(target), { recursive: true });
  bundle({ entryPoints: [`${source}/main.ts`], outfile: `${target}/page.js`, format: 'esm' });
  bundle({ entryPoints: [`${source}/theme.ts`], outfile: `${target}/theme.js`, format: 'iife' });
  bundle({ entryPoints: [`${source}/page.css`], outfile: `${target}/page.css` });
  for (const name of ['index.html', 'icon.svg']) {
    copyFileSync(inRoot(source, name), inRoot(target, name));
  }
  writeFileSync(inRoot(target, 'licences.txt'), bundled.map(licenceOf).join('\n\n'));
}

function bundle(options) {
  buildSync({
    absWorkingDir: inRoot(),
    bundle: true,
    minify: true,
    // The oldest versions with `light-dark()`, which the style sheet uses.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  });
}

function licenceOf(name) {
  const folder = inRoot('node_modules', name);
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const text = readFileSync(path.join(folder, 'LICENSE'), 'utf8');
  return `${name} ${version}\n\n${text.trim()}\n`;
}
