import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { pass } from '../../fault.js';
import { asking } from '../../faults/postgres-session.js';
import { KEY_PREFIX } from '../../system-under-test.js';
import type { StormContext, Strike } from '../storm.js';

/** All processes of the server stand still, for less than a lease or for longer. */
export const frozenServer: Strike = {
  name: 'server stands still',
  ground: 'server',
  async strike({ server, random, spell, lease }) {
    const pids = await asking(server.url, pidsOf);
    signal(pids, 'SIGSTOP');
    try {
      await pass(random.chance(0.7) ? random.whole(spell / 4, spell) : lease * 1.3);
    } finally {
      signal(pids, 'SIGCONT');
    }
  },
};

async function pidsOf(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()');
  const { rows: settings } = await client.query<{ dir: string }>(`select current_setting('data_directory') as dir`);
  const postmaster = Number((await readFile(path.join(settings[0]!.dir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  return [postmaster, ...rows.map(({ pid }) => pid)];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The disk is full for what is published, or for what tasks end with. */
export const fullDisk: Strike = {
  name: 'disk full',
  ground: 'server',
  strike: ({ server, random, spell, lease }) =>
    asking(server.url, async (client) => {
      const table = `${KEY_PREFIX}.${random.pick(['ready', 'result'])}`;
      await client.query(`set lock_timeout = '2s'`);
      await client.query(`
        create or replace function ${KEY_PREFIX}.refuse() returns trigger language plpgsql as $$ begin
          raise 'could not extend file: No space left on device' using errcode = '53100';
        end $$`);
      await client.query(`create trigger full_disk before insert on ${table} for each row execute function ${KEY_PREFIX}.refuse()`);
      try {
        await pass(random.chance(0.7) ? random.whole(spell / 4, spell) : lease * 1.3);
      } finally {
        await untilDone(() => asking(server.url, dropTrigger(table)));
      }
    }),
};

const dropTrigger = (table: string) => async (client: pg.Client) => {
  await client.query(`set lock_timeout = '2s'`);
  await client.query(`drop trigger if exists full_disk on ${table}`);
};

/** What was broken must be mended, whatever else is broken meanwhile. */
async function untilDone(mend: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await mend();
      return;
    } catch {
      await pass(200);
    }
  }
  throw new Error('the trigger could not be dropped');
}

/** Sessions of the application's database are ended, in the middle of its transactions. */
export function sessionsTerminated(name: string, urlOf: (context: StormContext) => string): Strike {
  return {
    name,
    async strike(context) {
      await asking(urlOf(context), async (client) => {
        for (let times = context.random.whole(1, 3); times > 0; times--) {
          await client.query(TERMINATE);
          await pass(context.random.whole(context.spell / 20, context.spell / 4));
        }
      });
    },
  };
}

const TERMINATE = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where backend_type = 'client backend' and application_name <> 'fault'`;
