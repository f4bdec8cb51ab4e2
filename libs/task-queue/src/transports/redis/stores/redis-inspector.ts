import type {
  DeadLetter,
  DeadLetterPage,
  DeadLetterPaging,
  Inspector,
  Location,
  QueueCounts,
  Redrive,
  WaitingMessage,
} from '../../../core/ports/control/inspector.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import { decodeDeath } from './dead-letter-codec.js';
import { holdersOf, knownQueues } from '../publish/known-queues.js';
import type { RedisContext } from '../redis-context.js';
import type { ScriptName } from '../connection/scripts.js';

const WHAT = 'Inspecting';
/** The most dead letters of one page: Lua unpacks a bounded number of values. */
const MAX_LISTED = 500;

/** Answers the questions of dashboards and commands. */
export class RedisInspector implements Inspector {
  constructor(private readonly context: RedisContext) {}

  queues(): Promise<string[]> {
    return knownQueues(this.context, WHAT);
  }

  async counts(queue: string): Promise<QueueCounts> {
    const [ready, delayed, limited, leased, suspects, dead] = (await this.#ask('counts', queue, [])) as number[];
    return { ready: ready!, delayed: delayed!, limited: limited!, leased: leased!, suspects: suspects!, dead: dead! };
  }

  async locate(ids: readonly string[]): Promise<(Location | null)[]> {
    const found = new Map<string, Location>();
    for (const [queue, held] of await holdersOf(this.context, WHAT, ids)) {
      const missing = held.filter((id) => !found.has(id));
      for (const some of chunks(missing)) await this.#locateIn(queue, some, found);
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  /** Looks through the leases of the queue, page by page, for as long as an id may be among them. */
  async #locateIn(queue: string, ids: readonly string[], found: Map<string, Location>): Promise<void> {
    let cursor = '0';
    let open = ids;
    do {
      const [next, ...places] = (await this.#ask('locate', queue, [cursor, ...open])) as [string, ...(Location['place'] | '')[]];
      places.forEach((place, at) => place !== '' && found.set(open[at]!, { queue, place }));
      open = open.filter((_, at) => places[at] === 'ready' || places[at] === 'suspects');
      cursor = next;
    } while (cursor !== '0' && open.length > 0);
  }

  async heads(queue: string): Promise<WaitingMessage[]> {
    const [ids, bodies] = (await this.#ask('heads', queue, [])) as [string[], (string | null)[]];
    return ids.map((id, at) => ({ id, body: bodies[at] ?? '' }));
  }

  async deadLetters(queue: string, { limit, cursor }: DeadLetterPaging): Promise<DeadLetterPage> {
    if (limit <= 0) return { letters: [], next: null };
    const [, at = '', last = ''] = /^(\d+):(.*)$/su.exec(cursor ?? '') ?? [];
    const answer = await this.#ask('deadLetters', queue, [String(Math.min(Math.floor(limit), MAX_LISTED)), at, last]);
    const [ids, bodies, infos, times, more] = answer as [string[], (string | null)[], (string | null)[], string[], number];
    const letters = ids.map((id, index) => letterOf(id, queue, bodies[index], infos[index], times[index]!));
    return { letters, next: more === 1 ? `${times.at(-1)}:${ids.at(-1)}` : null };
  }

  async findDeadLetters(queue: string, ids: readonly string[]): Promise<(DeadLetter | null)[]> {
    const found: (DeadLetter | null)[] = [];
    for (const some of chunks(ids)) {
      const [bodies, infos, times] = (await this.#ask('findDeadLetters', queue, some)) as (string | null)[][];
      some.forEach((id, at) => found.push(times![at] ? letterOf(id, queue, bodies![at], infos![at], times![at]) : null));
    }
    return found;
  }

  async redrive(queue: string, letters: readonly Redrive[]): Promise<boolean[]> {
    const { commands, keys } = this.context;
    const redriven: boolean[] = [];
    for (const some of chunks(letters)) {
      const args = [this.context.offset(), ...some.flatMap(({ id, priority, body = '' }) => [id, String(priority), body])];
      const flags = await callStore(commands, 'Redriving', 'redrive', [keys.queue(queue).base, keys.result, keys.revoked], args);
      for (const flag of flags as string) redriven.push(flag === '1');
    }
    return redriven;
  }

  async purgeDeadLetters(queue: string, ids?: readonly string[]): Promise<number> {
    if (ids === undefined) return this.#untilNone(() => this.#ask('purgeDeadLetters', queue, []));
    let removed = 0;
    for (const some of chunks(ids)) removed += (await this.#ask('purgeDeadLetters', queue, some)) as number;
    return removed;
  }

  async pause(queue: string): Promise<void> {
    const { commands, keys } = this.context;
    await callStore(commands, 'Pausing', 'pause', [keys.queue(queue).paused, keys.queues], [queue]);
  }

  async resume(queue: string): Promise<void> {
    await callStore(this.context.commands, 'Resuming', 'resume', [this.context.keys.queue(queue).base], []);
  }

  async paused(): Promise<string[]> {
    const paused: string[] = [];
    for (const some of chunks(await this.queues())) {
      const marks = some.map((queue) => this.context.keys.queue(queue).paused);
      const flags = (await callStore(this.context.commands, WHAT, 'paused', marks, [])) as string;
      some.forEach((queue, at) => flags[at] === '1' && paused.push(queue));
    }
    return paused;
  }

  purge(queue: string): Promise<number> {
    const { revoked, terminate } = this.context.keys;
    return this.#untilNone(() => this.#ask('purge', queue, [], [revoked, terminate]));
  }

  /** Repeats a step that returns how many items it removed, until it removes none. */
  async #untilNone(step: () => Promise<unknown>): Promise<number> {
    let removed = 0;
    for (;;) {
      const some = (await step()) as number;
      if (some === 0) return removed;
      removed += some;
    }
  }

  #ask(script: ScriptName, queue: string, args: readonly string[], more: readonly string[] = []): Promise<unknown> {
    return callStore(this.context.commands, WHAT, script, [this.context.keys.queue(queue).base, ...more], args);
  }
}

function letterOf(id: string, queue: string, body: string | null | undefined, info: string | null | undefined, at: string): DeadLetter {
  return { id, queue, body: body ?? '', ...decodeDeath(info), at: Number(at) };
}
