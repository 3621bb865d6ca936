// Secrets: nowhere in the store, whatever the command does with them.
import assert from 'node:assert/strict';

async function notStored({ queue, worker, store }) {
  await worker();
  const refused = { command: { type: 'shell', command: 'true' }, redact: ['hidden-value'] };
  await assert.rejects(queue.add(refused), /request\.redact.*secretRefs/);
  const leaky = [
    'echo "$DB_PASS"; echo "$DB_PASS" >&2; exit 1',
    'printf %s "$DB_PASS" | base64; exit "$DB_PASS"',
    'cat "/no/such/$DB_PASS"',
  ];
  for (const command of leaky) {
    const id = await queue.add(
      { command: { type: 'shell', command } },
      { secretRefs: { DB_PASS: 'vault:db/password' } },
    );
    const lines = [];
    for await (const { line } of queue.tail(id)) lines.push(line);
    const outcome = await queue.wait(id);
    assert.ok(!JSON.stringify([lines, outcome]).includes('value-of-vault'));
    assert.match(lines.join(), /\*\*\*/);
  }
  const dump = await store.dump();
  assert.ok(dump.includes('vault:db/password'));
  const secret = 'value-of-vault:db/password';
  for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, 20)]) {
    assert.equal(dump.includes(form), false);
  }
  return { commands: leaky.length, bytesSearched: dump.length, secrets: 0 };
}

export const proofs = [{ name: 'secrets in a dump of the store', run: notStored, stores: 'both' }];
