import type { Publication } from '../../ports/broker/publication.js';

/** tries at once: the connections are for others, too */
const AT_ONCE = 2;

interface PartTries<Call> {
  /** @returns whether the calls were answered; false = some wait for somebody else, and none was sent */
  once(calls: readonly Call[]): Promise<boolean>;
  /** Waits before all that is left is tried again. */
  pause(): Promise<void>;
}

/**
 * Publishes groups of calls of which some wait for somebody else, such as for the lock of an open transaction: halves, until the groups that
 * wait are alone, and then those in turn until each was answered.
 */
export async function publishInParts<Call>(groups: readonly (readonly Call[])[], tries: PartTries<Call>): Promise<void> {
  const line = divide(groups);
  const work = async (): Promise<void> => {
    for (let part = line.shift(); part !== undefined; part = line.shift()) {
      if (await tries.once(part.flat())) continue;
      if (part.length === 1 && line.length === 0) await tries.pause();
      line.push(...divide(part));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function divide<Group>(groups: readonly Group[]): (readonly Group[])[] {
  const half = Math.ceil(groups.length / 2);
  return [groups.slice(0, half), groups.slice(half)].filter(({ length }) => length > 0);
}

/** Calls that wait for the same, if they wait: together they make one call of many. */
export function groupsOf<Call extends { readonly publication: Publication }>(calls: readonly Call[]): readonly (readonly Call[])[] {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const lock = lockOf(call.publication);
    const group = groups.get(lock);
    if (group === undefined) groups.set(lock, [call]);
    else group.push(call);
  }
  return [...groups.values()];
}

function lockOf({ id, queue, unique, limit, fresh }: Publication): string {
  if (unique !== undefined) return JSON.stringify(['key', queue, unique.key]);
  if (limit !== undefined) return JSON.stringify(['limit', limit.key]);
  return fresh ? '' : JSON.stringify(['id', id]);
}
