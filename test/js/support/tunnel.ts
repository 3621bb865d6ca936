import { connect, createServer, type Socket } from 'node:net';
import { waitFor } from './wait';

export interface Tunnel {
  port: number;
  cut(): void;
  mend(): void;
  close(): void;
}

/** A TCP tunnel to a port of this machine, which a test can cut and mend. */
export async function startTunnel(target: number): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    if (isCut) near.destroy();
    else near.pipe(far).pipe(near);
  });
  server.listen(0, 'localhost');
  await waitFor('the tunnel', () => server.listening);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      isCut = true;
      drop();
    },
    mend() {
      isCut = false;
    },
    close() {
      server.close();
      drop();
    },
  };
}
