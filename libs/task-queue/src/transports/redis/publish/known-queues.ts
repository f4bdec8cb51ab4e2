import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import type { RedisContext } from '../redis-context.js';

/** Names of the queues that hold or have held messages, sorted. */
export async function knownQueues(context: RedisContext, what: string): Promise<string[]> {
  const names = (await callStore(context.commands, what, 'knownQueues', [context.keys.queues], [])) as string[];
  return names.sort();
}

/** lookups of one call: ids × queues */
const LOOKUPS = 5_000;

/** The queues that have messages with these ids, and which; sorted by name. */
export async function holdersOf(context: RedisContext, what: string, ids: readonly string[]): Promise<[queue: string, ids: string[]][]> {
  const held = new Map<string, string[]>();
  if (ids.length === 0) return [];
  const queues = await knownQueues(context, what);
  for (const some of chunks(ids)) {
    for (const names of chunks(queues, Math.max(1, Math.min(500, Math.floor(LOOKUPS / some.length))))) {
      const bases = names.map((name) => context.keys.queue(name).base);
      const found = (await callStore(context.commands, what, 'holders', bases, some)) as [number, string[]][];
      for (const [number, has] of found) held.set(names[number - 1]!, [...(held.get(names[number - 1]!) ?? []), ...has]);
    }
  }
  return [...held].sort(([a], [b]) => (a < b ? -1 : 1));
}
