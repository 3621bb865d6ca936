// Runs http-sse/server.mjs, which streams the lines of commands to web pages, and a client that acts as a page: it reads
// an execution, reconnects, reads large output, disconnects early, and cancels.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { engine, server } from './http-sse/server.mjs';

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}/executions`;

async function start(job) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ job }) });
  return (await response.json()).id;
}

/** All events of an execution, as text. */
async function events(id, headers = {}) {
  const text = await (await fetch(`${url}/${id}/events`, { headers })).text();
  return text.trimEnd().split('\n\n');
}

// Live, then again after the third line, as an EventSource does after a lost connection.
const count = await start('count');
console.log((await events(count)).join('\n\n'));
const rest = await events(count, { 'last-event-id': '2' });
assert.equal(rest.length, 3);
assert.match(rest[0], /data: "4"/);

// Large output arrives at the pace of the client.
const lines = (await events(await start('flood'))).length - 1;
console.log(`\nflood: ${lines} lines`);
assert.equal(lines, 200_000);

// When a client disconnects, its subscription ends and the command continues.
const sleeper = await start('sleep');
const leaving = new AbortController();
const { body } = await fetch(`${url}/${sleeper}/events`, { signal: leaving.signal });
await body.getReader().read();
leaving.abort();
await once(server, 'unsubscribed');
console.log(`the client has disconnected: ${await engine.getStatus(sleeper)}`);
assert.equal(await engine.getStatus(sleeper), 'running');

const answer = await (await fetch(`${url}/${sleeper}`, { method: 'DELETE' })).json();
const { status } = await engine.waitForCompletion(sleeper);
console.log(`DELETE: ${JSON.stringify(answer)}, ${status}`);
assert.equal(status, 'cancelled');

// Invalid requests are answered with an error.
assert.equal((await fetch(url, { method: 'POST', body: 'not JSON' })).status, 400);
assert.equal((await fetch(`${url}/unknown`, { method: 'DELETE' })).status, 404);

server.close();
server.closeAllConnections();
