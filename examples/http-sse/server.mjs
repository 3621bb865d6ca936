// Commands over HTTP: POST /executions starts one, GET /executions/:id/events streams its lines as Server-Sent Events,
// DELETE /executions/:id cancels it. A page only needs `new EventSource(url)`.
//
// It runs only the jobs below, and ../http-sse.mjs makes it listen on loopback only. That is not authentication: a page of
// any origin can reach loopback too. A real server must require a token.
import { once } from 'node:events';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { ExecutionEngine } from 'escher-execution-engine';

export const engine = new ExecutionEngine({ maxConcurrentExecutions: 4, maxQueuedExecutions: 100 });

const jobs = {
  count: { type: 'exec', program: 'seq', args: ['1', '5'] },
  flood: { type: 'exec', program: 'seq', args: ['1', '200000'] },
  sleep: { type: 'shell', command: 'echo "sleeping"; sleep 60' },
};
const routes = [
  ['POST', /^\/executions$/, start],
  ['GET', /^\/executions\/([\w-]+)\/events$/, stream],
  ['DELETE', /^\/executions\/([\w-]+)$/, cancel],
];
const runs = new Map();

async function start(request, response) {
  const job = (await json(request).catch(() => null))?.job;
  if (!Object.hasOwn(jobs, job)) return reply(response, 400, { error: `no such job: ${job}` });
  const run = engine.run({ command: jobs[job] });
  runs.set(run.id, run);
  run.on('settled', () => setTimeout(() => runs.delete(run.id), 60_000).unref());
  // Log a failed launch here: without a reader of the events it would be an unhandled rejection.
  run.result.catch((error) => console.log(error.message));
  reply(response, 201, { id: run.id });
}

/** Sends lines from the first kept one, or after the last one that the EventSource has received. */
async function stream(request, response, id) {
  const run = runs.get(id);
  if (run === undefined) return reply(response, 404, { error: `no execution: ${id}` });
  const seen = Number(request.headers['last-event-id'] ?? -1);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });

  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const lines = run[Symbol.asyncIterator]();
  // The subscription ends with the client, also while it waits for the next line. The command continues.
  gone.signal.addEventListener('abort', () => lines.return());
  for await (const { stream: name, line, seq } of lines) {
    if (seq <= seen) continue;
    const room = response.write(`id: ${seq}\nevent: ${name}\ndata: ${JSON.stringify(line)}\n\n`);
    // For a slow client, wait: the command blocks until the next line is read, and no output is buffered here.
    if (!room) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
  }
  if (gone.signal.aborted) return server.emit('unsubscribed', id);
  const { status, exitCode } = await run;
  response.end(`event: end\ndata: ${JSON.stringify({ status, exitCode })}\n\n`);
}

async function cancel(_request, response, id) {
  reply(response, 200, { cancelled: await engine.cancel(id) });
}

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response, error) {
  if (response.headersSent) return response.destroy();
  const status = error.code === 'ERR_EXECUTION_NOT_FOUND' ? 404 : 500;
  reply(response, status, { code: error.code, error: error.message });
}

export const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  for (const [method, pattern, handler] of routes) {
    const match = request.method === method ? pattern.exec(pathname) : null;
    if (match) return handler(request, response, match[1]).catch((error) => fail(response, error));
  }
  reply(response, 404, { error: `no route: ${request.method} ${pathname}` });
});
