import type { DeadLetter, Inspector, Location, QueueCounts } from '../../ports/inspector.js';
import { attempt, chunks } from './attempt.js';
import { knownQueues } from './known-queues.js';
import type { RedisContext } from './redis-context.js';
import type { ScriptName } from './scripts.js';

const WHAT = 'Inspecting';
/** The most dead letters that one call hands out: Lua unpacks a bounded number of values. */
const MAX_LISTED = 3_000;

/** Answers what people, dashboards and commands ask. */
export class RedisInspector implements Inspector {
  constructor(private readonly context: RedisContext) {}

  queues(): Promise<string[]> {
    return knownQueues(this.context, WHAT);
  }

  async counts(queue: string): Promise<QueueCounts> {
    const [ready, delayed, leased, suspects, dead] = (await this.#ask('counts', queue, [])) as number[];
    return { ready: ready!, delayed: delayed!, leased: leased!, suspects: suspects!, dead: dead! };
  }

  async locate(ids: readonly string[]): Promise<(Location | null)[]> {
    const found = new Map<string, Location>();
    for (const queue of await this.queues()) {
      const missing = ids.filter((id) => !found.has(id));
      for (const some of chunks(missing)) {
        const places = (await this.#ask('locate', queue, some)) as (Location['place'] | '')[];
        places.forEach((place, at) => place !== '' && found.set(some[at]!, { queue, place }));
      }
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  async deadLetters(queue: string, { limit }: { readonly limit: number }): Promise<DeadLetter[]> {
    if (limit <= 0) return [];
    const answer = await this.#ask('deadLetters', queue, [String(Math.min(Math.floor(limit), MAX_LISTED))]);
    const [ids, bodies, infos, times] = answer as [string[], (string | null)[], (string | null)[], string[]];
    return ids.map((id, at) => {
      const { reason = '', detail = '' } = JSON.parse(infos[at] ?? '{}') as { reason?: string; detail?: string };
      return { id, queue, body: bodies[at] ?? '', reason, detail, at: Number(times[at]) };
    });
  }

  async purge(queue: string): Promise<number> {
    let removed = 0;
    for (;;) {
      const { revoked, terminate } = this.context.keys;
      const some = (await this.#ask('purge', queue, [], [revoked, terminate])) as number;
      if (some === 0) return removed;
      removed += some;
    }
  }

  #ask(script: ScriptName, queue: string, args: readonly string[], more: readonly string[] = []): Promise<unknown> {
    return attempt(this.context.commands, WHAT, script, [this.context.keys.queue(queue).base, ...more], args);
  }
}
