import { request, startBridge } from '../../support/bridge';
import { LONG } from '../../support/commands';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e';

test('the commands for keys, limits, a pause and leases have the names of the wire', async () => {
  const bridge = startBridge(
    ...['--set', 'max_concurrent_executions=1'],
    ...['--set', 'max_queued_executions=9'],
    ...['--set', 'max_concurrent_per_key=1'],
  ).read();
  const asked = async (type: string, fields: object = {}): Promise<unknown> => {
    const answer = await bridge.ask(type, fields);
    return 'error' in answer ? answer.error.code : answer.payload;
  };
  const [first, second] = [`${ID}01`, `${ID}02`];
  for (const id of [first, second]) {
    const leased = request(LONG, { id, key: 'db', lease_ms: 60_000 });
    expect(await asked('execute', { request: leased })).toEqual({ id });
  }
  expect(await asked('set_concurrency', { limit: 2 })).toBeNull();
  expect(await asked('queued_count')).toBe(1);
  expect(await asked('set_key_limit', { key: 'db', limit: 2 })).toBeNull();
  expect(await asked('queued_count')).toBe(0);
  expect(await asked('set_key_limit', { key: 'db', limit: null })).toBeNull();
  expect(await asked('set_key_limit', { key: 'db', limit: 0 })).toBe('ERR_OUT_OF_RANGE');
  expect(await asked('pause')).toBeNull();
  expect(await asked('stats')).toMatchObject({ paused: true, keys: 1 });
  expect(await asked('resume')).toBeNull();
  expect(await asked('renew', { id: first })).toBe(true);
  expect(await asked('list', { key: 'web' })).toEqual([]);
  expect(await asked('list', { key: 'db' })).toMatchObject([
    { id: second, key: 'db' },
    { id: first },
  ]);
  for (const id of [first, second]) {
    expect(await asked('cancel', { id })).toBe(true);
    expect(await asked('wait_for_completion', { id })).toMatchObject({ key: 'db' });
  }
  expect(await asked('renew', { id: first })).toBe(false);
});
