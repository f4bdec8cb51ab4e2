import { Redis } from 'ioredis';
import { call } from '../load.js';
import { WORKERS } from '../run-round.js';
import type { AttackedSystem } from './attacked-system.js';
import type { Finding } from './judge-window.js';

const BEFORE = 400;
const AFTER = 400;
const LIMIT = 30_000;

/** All that the server has is deleted under load. What was there is lost; what is sent afterwards must run, on every worker. */
export async function wipe({ base, bank }: AttackedSystem): Promise<Finding[]> {
  const { ledger, sender, fleet, server } = base;
  ledger.clear();
  sender.clear();
  await bank.clear();
  await fleet.fill(WORKERS);
  await sender.send(calls('before', BEFORE));
  await flush(server.url);
  const ids = new Set((await sendAfter(base)).map(({ options }) => options.taskId!));
  const found: string[] = [];
  await ledger
    .until('the tasks sent after FLUSHALL', LIMIT, (entries) => {
      const done = new Set(entries.filter(({ event, id }) => event === 'settled' && ids.has(id)).map(({ id }) => id));
      return done.size === ids.size || undefined;
    })
    .catch((error: unknown) => found.push(String(error)));
  const ran = new Set(ledger.read().flatMap(({ event, worker, id }) => (event === 'ran' && ids.has(id) ? [worker] : [])));
  for (const { name } of fleet.workers) if (!ran.has(name)) found.push(`${name} has run nothing after FLUSHALL`);
  return [...found, ...fleet.broken.splice(0)].map((what) => ({ kind: 'unmet', what, story: [] }));
}

const calls = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => call('work', `wipe-${name}${n}`, [20], { options: n % 10 === 0 ? { countdown: 500 } : {} }));

async function sendAfter({ sender }: AttackedSystem['base']) {
  const after = calls('after', AFTER);
  await sender.send(after);
  return after;
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
