import { once } from 'node:events';
import { connectedPair } from '../../support/bridge';
import { LONG, sh } from '../../support/commands';
import { executionError, rejection } from '../../support/expectations';
import { waitFor } from '../../support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

test('a terminal in another process: size, echo, input, lines', async () => {
  const { client } = await connectedPair();
  const script =
    'printf "Password: "; stty -echo; read -r word; stty echo; echo; stty size; printf %s "$word" | wc -c';
  const run = client.run(sh(script, { pty: { cols: 90, rows: 30 } }));
  const lines: string[] = [];
  run.on('output', (event) => lines.push(...event.lines));
  const [off] = await once(run as never, 'echo');
  expect(off).toMatchObject({ executionId: run.id, enabled: false, canonical: true });
  expect(lines.join('')).toContain('Password: ');
  await run.resize({ cols: 91, rows: 31 });
  await client.resize(run.id, { cols: 92, rows: 32 });
  const on = once(run as never, 'echo');
  run.stdin.end('tr0ub4dor\n');
  expect((await on)[0]).toMatchObject({ enabled: true });
  const result = await run;
  expect(result.stdout).toBe('Password: \r\n32 92\r\n9\r\n');
  await waitFor('the last line', () => lines.at(-1) === '9');
});

test('resize() is refused as by an engine in this process', async () => {
  const { client } = await connectedPair();
  const plain = client.run(sh(LONG));
  const size = { cols: 80, rows: 24 };
  expect(await executionError(plain.resize(size))).toMatchObject({ code: 'ERR_IO' });
  expect(await executionError(client.resize(UNKNOWN, size))).toMatchObject({
    code: 'ERR_EXECUTION_NOT_FOUND',
  });
  expect(await rejection(plain.resize({ cols: 0, rows: 24 }))).toMatchObject({
    code: 'ERR_OUT_OF_RANGE',
  });
  await plain.cancel();
  await plain;
  await plain.resize(size);
});
