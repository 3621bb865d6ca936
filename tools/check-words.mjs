// Looks for what must not stay in a file: notes of unfinished work, paths of somebody's machine, hosts of a package
// registry in a lock file, conflict markers.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';

// Put together from pieces, so that this file does not find itself.
const rules = [
  {
    pattern: new RegExp(
      `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
    ),
    why: 'finish it, or make it an issue',
  },
  {
    pattern: new RegExp(
      `(^|[^\\w.])/(${['wo' + 'rk/(main|shared)', 'ro' + 'ot', 'ho' + 'me/\\w+', 'Us' + 'ers/\\w+'].join('|')})/`,
    ),
    why: 'a path of one machine',
  },
  { pattern: /^(<{7}|={7}|>{7})( |$)/, why: 'a conflict marker' },
  {
    pattern: /^\s*"resolved": "https?:/,
    why: 'lock files name no host: npm install --omit-lockfile-registry-resolved',
  },
];

const binary = new Set(['.png', '.jpg', '.gif', '.ico', '.node', '.gz', '.zip', '.bin']);
const isText = (file) => !binary.has(file.slice(file.lastIndexOf('.')));

const findings = [];
for (const file of listFiles(['.']).filter(isText)) {
  readFileSync(inRoot(file), 'utf8')
    .split('\n')
    .forEach((text, index) => {
      for (const { pattern, why } of rules) {
        if (pattern.test(text))
          findings.push(`${file}:${index + 1}: ${text.trim().slice(0, 100)}\n    ${why}`);
      }
    });
}

if (findings.length > 0) {
  console.error(findings.join('\n'));
  console.error(`check-words: ${findings.length} found`);
  process.exit(1);
}
