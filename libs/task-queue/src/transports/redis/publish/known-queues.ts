import { callStore } from '../connection/call-store.js';
import type { RedisContext } from '../redis-context.js';

/** Names of the queues that hold or have held messages, sorted. */
export async function knownQueues(context: RedisContext, what: string): Promise<string[]> {
  const names = (await callStore(context.commands, what, 'knownQueues', [context.keys.queues], [])) as string[];
  return names.sort();
}
