// The part of an npm registry that `npm install` uses, as a local server with the given tarballs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

/** Resolves with `address`, `unknown` (the requested names that it does not have) and `close()`. */
export async function startRegistry(tarballs) {
  const entries = tarballs.map(readEntry);
  const unknown = [];
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
    const file = entries.find((entry) => entry.file === name);
    if (file !== undefined) return response.end(file.bytes);
    const versions = entries.filter((entry) => entry.manifest.name === name);
    if (versions.length > 0) return response.end(JSON.stringify(document(versions, address())));
    unknown.push(name);
    response.writeHead(404).end('{}');
  });
  const address = () => `http://127.0.0.1:${server.address().port}`;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: address(),
    unknown,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function readEntry(tarball) {
  const bytes = readFileSync(tarball);
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json']));
  return { bytes, manifest, file: path.basename(tarball) };
}

function document(entries, address) {
  const versions = entries.map(({ manifest, bytes, file }) => {
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    return [manifest.version, { ...manifest, dist: { tarball: `${address}/${file}`, integrity } }];
  });
  return {
    name: entries[0].manifest.name,
    'dist-tags': { latest: versions.at(-1)[0] },
    versions: Object.fromEntries(versions),
  };
}
