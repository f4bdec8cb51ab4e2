import { createServer } from 'node:net';

// Below the range from which systems take the ports of outgoing connections (Linux 32768, others 49152): there a client that
// reconnects to a stopped server can be given the server's own port, connects to itself, and the server cannot come back.
const FIRST = 15_000;
const LAST = 32_000;

/** A loopback port that is free now. Another process may still take it first: whoever binds it retries with a new one. */
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
