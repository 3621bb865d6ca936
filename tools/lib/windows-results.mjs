// Reads what the tests under Wine print. Pure: text in, cases out. A run that ended in the middle is a failed case too.

/** The output of GoogleTest. */
export function gtestCases(output, code) {
  const rows = [];
  const lines = output.split(/\r?\n/);
  let running;
  let shown = [];
  for (const line of lines) {
    const [, kind, name] = /^\[ +(RUN|OK|FAILED|SKIPPED) +\] ([\w/]+\.[\w/]+)/.exec(line) ?? [];
    if (kind === 'RUN') {
      running = name;
      shown = [];
    } else if (kind !== undefined && running === name) {
      const status = { OK: 'passed', FAILED: 'failed', SKIPPED: 'skipped' }[kind];
      rows.push({ name, status, reason: status === 'failed' ? shown.join('\n') : '' });
      running = undefined;
    } else if (running !== undefined) {
      shown.push(line);
    }
  }
  if (running !== undefined) rows.push(ended(running, code, shown.join('\n')));
  const isExplained = rows.some(({ status }) => status === 'failed');
  if (!isExplained && (code !== 0 || rows.length === 0))
    rows.push(ended('engine_tests', code, output));
  return rows;
}

/** The output of node:test, as TAP, of tests without subtests. */
export function tapCases(output, code) {
  const rows = [];
  let shown = [];
  for (const line of output.split(/\r?\n/)) {
    const [, not, name, skip] = /^(not )?ok \d+ - (.*?)( # SKIP.*)?$/.exec(line) ?? [];
    if (name === undefined) {
      shown.push(line);
      continue;
    }
    rows.push({ name, status: skip ? 'skipped' : not ? 'failed' : 'passed', reason: '' });
    shown = [];
    rows.at(-1).details = shown;
  }
  for (const row of rows) {
    if (row.status === 'failed') row.reason = row.details.join('\n');
    delete row.details;
  }
  const isExplained = rows.some(({ status }) => status === 'failed');
  if (!isExplained && (code !== 0 || rows.length === 0))
    rows.push(ended('the test file', code, output));
  return rows;
}

/** What the test under Wine writes for docs/architecture.md, in the form of platform-results.mjs. */
export function recordOf({ platform, compiler, bytes, on, runs }) {
  const count = (rows, wanted) => rows.filter(({ status }) => status === wanted).length;
  return {
    platform,
    built: `mingw-w64, ${compiler} on Linux x64`,
    linked: true,
    bytes,
    needs: 'Windows 10',
    runs: runs.map(({ by, what, rows }) => {
      const skipped = count(rows, 'skipped');
      return {
        ...{ by, what, on },
        passed: count(rows, 'passed'),
        of: rows.length - skipped,
        ...(skipped === 0 ? {} : { without: `${skipped} skipped` }),
      };
    }),
    refused: [
      '`limits` but `cpuSeconds`, `memoryMax`, `pidsMax`',
      '`umask`',
      '`uid`',
      '`gid`',
      '`pty`',
    ],
  };
}

function ended(name, code, output) {
  const how = code === 124 ? 'it took too long and was ended' : `it ended with exit code ${code}`;
  return { name, status: 'failed', reason: `${how}\n${output.slice(-2000)}` };
}
