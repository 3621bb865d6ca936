/**
 * Limits the connections of the server. At the limit, a new connection replaces the one that has been idle for the
 * longest time, so connections without a token cannot lock the pages out.
 */

import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class ConnectionLimit {
  readonly #max: number;
  /** Connections without an authorized request, in the order in which they became idle. */
  readonly #idle = new Set<Socket>();
  #count = 0;

  constructor(server: Server, max: number) {
    this.#max = max;
    server.on('connection', (socket) => this.#add(socket));
  }

  /** The connection of an authorized request is not closed until the response is. */
  protect(response: ServerResponse): void {
    const { socket } = response;
    if (socket === null) return;
    this.#idle.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) this.#idle.add(socket);
    });
  }

  #add(socket: Socket): void {
    this.#count++;
    this.#idle.add(socket);
    socket.once('close', () => {
      this.#count--;
      this.#idle.delete(socket);
    });
    if (this.#count <= this.#max) return;
    const [oldest] = this.#idle;
    if (oldest === undefined) return;
    this.#idle.delete(oldest);
    oldest.destroy();
  }
}
