// Inspects a binary for Windows before it is packed: its size, the libraries that it needs, and that node.exe is bound
// late, so that a host of another name can load it.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const MAX_BYTES = 2_700_000;
// Parts of Windows. The runtimes of C++ and of the compiler are linked statically.
const ALLOWED_LIBRARIES = /^(kernel32|msvcrt|advapi32|ws2_32|mswsock|bcrypt|ntdll|user32)\.dll$/i;

/** The problems. */
export function inspectWindows(file) {
  const wrong = [];
  const { size } = statSync(file);
  if (size > MAX_BYTES) wrong.push(`it has ${size} bytes, more than ${MAX_BYTES}`);
  const { status, stdout, stderr, error } = spawnSync('x86_64-w64-mingw32-objdump', ['-p', file], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) return [...wrong, `objdump: ${error?.message ?? stderr}`];
  for (const [, library] of stdout.matchAll(/^\s+DLL Name: (\S+)/gm)) {
    if (!ALLOWED_LIBRARIES.test(library)) wrong.push(`it needs ${library}`);
  }
  if (!/napi_register_module_v1/.test(stdout)) wrong.push('it does not export the module');
  return wrong;
}
