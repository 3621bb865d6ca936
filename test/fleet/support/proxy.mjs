// A TCP proxy between a worker and its store. While it is cut, bytes are held back on both sides, and no connection closes:
// a partition as the network makes it.
import { connect, createServer } from 'node:net';

export class CuttableProxy {
  #server;
  #sockets = new Set();
  isCut = false;
  /** How many messages the workers have sent. */
  sent = 0;
  /** By the text and the number of a message: whether it is the last one that the store gets. */
  cutsAfter = () => false;
  port;

  static async to(port) {
    const proxy = new CuttableProxy();
    proxy.#server = createServer((inner) => proxy.#join(inner, connect(port, '127.0.0.1')));
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.#server.address().port;
    return proxy;
  }

  #join(...pair) {
    for (const [index, socket] of pair.entries()) {
      const other = pair[1 - index];
      this.#sockets.add(socket);
      socket.on('data', (bytes) => {
        other.write(bytes);
        if (index === 0) this.#sent(String(bytes));
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (!this.isCut) other.destroy();
      });
      if (this.isCut) socket.pause();
    }
  }

  #sent(text) {
    this.sent++;
    if (this.cutsAfter(text, this.sent)) this.cut();
  }

  cut() {
    this.isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  heal() {
    this.isCut = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
