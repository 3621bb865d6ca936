// A server that streams the lines of commands to pages, http-sse/server.mjs, with a client in the place of a page: it
// reads a run, joins late, takes a flood, leaves in the middle, cancels.
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

// Live, then again behind the third line: an EventSource whose connection was lost asks like this.
const count = await start('count');
console.log((await events(count)).join('\n\n'));
const rest = await events(count, { 'last-event-id': '2' });
assert.equal(rest.length, 3);
assert.match(rest[0], /data: "4"/);

// A flood goes through at the pace of the client.
const lines = (await events(await start('flood'))).length - 1;
console.log(`\nflood: ${lines} lines`);
assert.equal(lines, 200_000);

// A client that leaves takes its subscription along, and not the command.
const sleeper = await start('sleep');
const leaving = new AbortController();
const { body } = await fetch(`${url}/${sleeper}/events`, { signal: leaving.signal });
await body.getReader().read();
leaving.abort();
await once(server, 'unsubscribed');
console.log(`the client has left: ${await engine.getStatus(sleeper)}`);
assert.equal(await engine.getStatus(sleeper), 'running');

const answer = await (await fetch(`${url}/${sleeper}`, { method: 'DELETE' })).json();
const { status } = await engine.waitForCompletion(sleeper);
console.log(`DELETE: ${JSON.stringify(answer)}, ${status}`);
assert.equal(status, 'cancelled');

// What is wrong gets an answer.
assert.equal((await fetch(url, { method: 'POST', body: 'not JSON' })).status, 400);
assert.equal((await fetch(`${url}/unknown`, { method: 'DELETE' })).status, 404);

server.close();
server.closeAllConnections();
