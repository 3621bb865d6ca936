import { run, runShell } from '../../support/cli-run';
import { startProgram } from '../../support/program';

describe('--json', () => {
  const events = (stdout: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('prints the start, batches of output and the end, and nothing else', async () => {
    const end = await runShell('seq 1 3; echo err >&2; printf tail; exit 7', '--json');
    expect(end).toMatchObject({ code: 7, stderr: '' });
    const all = events(end.stdout);
    expect(all[0]).toMatchObject({ event: 'started', pid: expect.any(Number) });
    expect(all.at(-1)).toMatchObject({
      event: 'failed',
      result: { exitCode: 7, status: 'failed', stdoutBytes: 10 },
    });
    expect(all.at(-1)?.result).not.toHaveProperty('stdout');
    const output = all.slice(1, -1);
    for (const event of output) expect(event).toMatchObject({ event: 'output' });
    const linesOf = (stream: string) =>
      output.filter((event) => event.stream === stream).flatMap((event) => event.lines);
    expect(linesOf('stdout')).toEqual(['1', '2', '3', 'tail']);
    expect(linesOf('stderr')).toEqual(['err']);
    let seq = 0;
    for (const { firstSeq, lines } of output as { firstSeq: number; lines: string[] }[]) {
      expect(firstSeq).toBe(seq);
      seq += lines.length;
    }
  });

  test('prints progress, by a pattern and by the sequence OSC 9;4', async () => {
    const script =
      "echo 'at 1 of 4'; sleep 0.1; printf '\\033]9;4;1;50\\007\\n'; sleep 0.1; echo 'at 3 of 4'";
    const pattern = 'at (?<current>\\d+) of (?<total>\\d+)';
    const end = await runShell(script, '--json', '--progress', pattern);
    const progress = events(end.stdout).filter(({ event }) => event === 'progress');
    expect(progress.map(({ fraction }) => fraction)).toEqual([0.25, 0.5, 0.75]);
  });

  test('prints an unfinished line as the last entry of its batch', async () => {
    const script = 'printf "a? "; read x; printf "b? "; read y; echo done';
    const talk = startProgram(['run', '--json', 'sh', '-c', script], { input: 'keep' });
    await talk.prints(/"a\? "/);
    talk.child.stdin?.write('\n');
    await talk.prints(/"b\? "/);
    talk.child.stdin?.end('\n');
    const { stdout } = await talk.ended;
    const output = events(stdout).filter(({ event }) => event === 'output');
    expect(output.map(({ lines, partial }) => [lines, partial])).toEqual([
      [['a? '], true],
      [['b? '], true],
      [['done'], false],
    ]);
  });

  test('prints a failed launch and a timeout', async () => {
    const failed = await run(['--json', '/etc/passwd']);
    expect(failed.code).toBe(126);
    expect(events(failed.stdout)).toMatchObject([
      { event: 'failed', result: { error: { code: 'ERR_SPAWN_FAILED' } } },
    ]);
    const timeout = await run(['--json', '--timeout', '.2', 'sleep', '60']);
    expect(timeout.code).toBe(124);
    expect(events(timeout.stdout).at(-1)).toMatchObject({ event: 'timeout' });
  });
});
