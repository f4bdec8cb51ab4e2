import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { ApplicationDatabase } from './application-database.js';

/** What PostgreSQL says to a session that it accepts, and ends at once. */
const ACCEPTED = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const ENDED = error('SFATAL\0C57P01\0Mterminating connection due to administrator command\0');

function error(fields: string): Buffer {
  const body = Buffer.from(`${fields}\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

it('no session that ends in the packet in which it begins ends the process, whoever of the application asked for it', async () => {
  const server = createServer((socket) => void socket.once('data', () => socket.end(Buffer.concat([ACCEPTED, READY, ENDED]))));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const pool = new pg.Pool({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, user: 'u', database: 'd' });
  pool.on('error', () => {});
  const database = new ApplicationDatabase(pool, 'this test');
  await expect(database.query('select 1')).rejects.toThrow('connection error');
  const client = await pool.connect();
  await expect(client.query('select 1')).rejects.toThrow('connection error');
  client.release(true);
  await pool.end();
  server.close();
});
