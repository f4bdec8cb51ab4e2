import { createServer } from 'node:net';

// Below the range of ports for outgoing connections (Linux 32768, others 49152). Within that range, a client that reconnects to a
// stopped server may be given the server's own port: it connects to itself, and the server cannot start again.
const FIRST = 15_000;
const LAST = 32_000;

/** Finds a free loopback port. Another process may take it first, so the caller must retry with a new one. */
export async function freePort() {
  for (let tries = 0; tries < 100; tries++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await canListen(port)) return port;
  }
  throw new Error(`No free port found between ${FIRST} and ${LAST}.`);
}

function canListen(port) {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
