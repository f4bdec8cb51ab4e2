import type pg from 'pg';
import { pass, struck, type Fault } from '../fault.js';
import { asking, openSession } from './postgres-session.js';

const TERMINATE = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where backend_type = 'client backend' and application_name <> 'fault'`;

/** Every session is ended by the server, in the middle of what it does. */
export const backendsTerminated: Fault = {
  name: 'backends terminated',
  gentle: false,
  unspent: false,
  async strike({ server, random, spell }) {
    await asking(server.url, async (client) => {
      for (let times = random.whole(2, 4); times > 0; times--) {
        await client.query(TERMINATE);
        await pass(random.whole(spell / 20, spell / 5));
      }
    });
    return struck();
  },
};

/** Every session is ended, and for a while somebody else has all that the server allows. */
export const connectionsExhausted: Fault = {
  name: 'connections exhausted',
  gentle: false,
  unspent: false,
  async strike({ server, spell }) {
    const taken: pg.Client[] = [];
    try {
      await takeAll(server.url, taken);
      await taken[0]!.query(TERMINATE);
      await takeAll(server.url, taken);
      await pass(spell);
    } finally {
      await Promise.all(taken.map((client) => client.end()));
    }
    return struck();
  },
};

async function takeAll(url: string, taken: pg.Client[]): Promise<void> {
  for (;;) {
    try {
      taken.push(await openSession(url));
    } catch (error) {
      if (taken.length > 0 && /too many|remaining connection slots/.test(String(error))) return;
      throw error;
    }
  }
}

/** A transaction that goes on for ever: nothing that dies meanwhile can be cleaned away. */
export const heldHorizon: Fault = {
  name: 'long transaction',
  gentle: true,
  unspent: true,
  async strike({ server, spell }) {
    await asking(server.url, async (client) => {
      await client.query('begin isolation level repeatable read');
      await client.query('select pg_current_xact_id()');
      await pass(spell * 2);
      await client.query('rollback');
    });
    return struck();
  },
};
