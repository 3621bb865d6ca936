import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportOf } from '../../support/hosts';
import { tempDir } from '../../support/temp';

interface Call {
  pid: number;
  name: string;
  text: string;
  result: number;
}

/** The calls of a trace that make processes or threads, with the halves of interrupted lines put together. */
function parse(trace: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<number, string>();
  for (const line of trace.split('\n')) {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (pid === undefined || rest === undefined) continue;
    const who = Number(pid);
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(who, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const text = resumed === undefined ? rest : `${unfinished.get(who) ?? ''}${resumed}`;
    const [, name, result] = /^(clone3?|v?fork)\(.* = (\d+)/.exec(text) ?? [];
    if (name !== undefined) calls.push({ pid: who, name, text, result: Number(result) });
  }
  return calls;
}

const makesThread = ({ text }: Call): boolean => text.includes('CLONE_THREAD');

test('the host never forks: children are created with vfork semantics, off the JavaScript thread', async () => {
  if (spawnSync('strace', ['-V']).error) {
    throw new Error('this test needs strace; tools/setup installs it');
  }
  const file = join(tempDir(), 'trace');
  const { pid, children } = await reportOf<{ pid: number; children: number[] }>('traced.cjs', {
    under: ['strace', '-f', '-qq', '-e', 'trace=process', '-e', 'signal=none', '-o', file],
    guardMs: 120_000,
  });
  const calls = parse(readFileSync(file, 'utf8'));

  const threads = new Set([pid]);
  // A thread may be listed before the call that made it returns.
  for (let known = 0; known !== threads.size; ) {
    known = threads.size;
    for (const call of calls) {
      if (threads.has(call.pid) && makesThread(call)) threads.add(call.result);
    }
  }
  expect(threads.size).toBeGreaterThan(2);

  const launches = calls.filter((call) => threads.has(call.pid) && !makesThread(call));
  // And the watchdog, which is reparented once it runs; with control groups, the check of them too.
  const trials = launches.some(({ text }) => text.includes('CLONE_INTO_CGROUP')) ? 1 : 0;
  expect(launches).toHaveLength(children.length + 1 + trials);
  expect(launches.map(({ result }) => result)).toEqual(expect.arrayContaining(children));
  for (const launch of launches) {
    if (launch.name !== 'vfork') {
      expect(launch.text).toContain('CLONE_VFORK');
      expect(launch.text).toContain('CLONE_VM');
    }
    expect(launch.name).not.toBe('fork');
    expect(launch.pid).not.toBe(pid);
  }
}, 120_000);
