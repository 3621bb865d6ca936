import { connect, type Socket } from 'node:net';
import { type ConsoleProcess, startConsole } from '../../support/console';
import { waitFor } from '../../support/wait';

/** `MAX_CONNECTIONS` in `lib/console/server/server.ts`. */
const MAX_CONNECTIONS = 64;

const sockets: Socket[] = [];

/** Connections that send nothing. */
async function openIdle(server: ConsoleProcess, count: number): Promise<void> {
  const opened = Array.from({ length: count }, () => connect(server.port, '127.0.0.1'));
  sockets.push(...opened);
  for (const socket of opened) socket.on('error', () => undefined).resume();
  await waitFor('the connections', () => opened.every(({ connecting }) => !connecting));
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

describe('connections to the server', () => {
  test('that are idle do not lock the pages out', async () => {
    const server = await startConsole().listening();
    await openIdle(server, MAX_CONNECTIONS);
    expect(await server.post('/api/clear')).toMatchObject({ status: 200 });
  });

  test('that are idle do not replace a page', async () => {
    const server = await startConsole().listening();
    const state = server.stream('/api/state');
    await state.until('the rows', () => state.messages.length > 0);
    await openIdle(server, 2 * MAX_CONNECTIONS);
    const id = await server.start('exit');
    await state.until('the end', () => state.row(id)?.status === 'completed');
    expect(state.isOver).toBe(false);
  });

  test('are limited in number', async () => {
    const server = await startConsole().listening();
    await openIdle(server, MAX_CONNECTIONS + 10);
    await waitFor('the oldest to be closed', () => {
      const closed = sockets.filter((socket) => socket.destroyed || socket.readableEnded);
      return closed.length === 10 && closed.every((socket) => sockets.indexOf(socket) < 10);
    });
  });
});
