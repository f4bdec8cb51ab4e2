import { pass } from '../fault.js';
import type { Random } from '../random.js';
import type { Sender } from '../sender.js';
import { draw, type Kind } from './calls.js';

const TICK = 100;
/** While the broker is away no more calls than these wait for it. */
const MOST_WAITING = 300;

export interface PumpOptions {
  /** begins the ids */
  readonly window: string;
  readonly sender: Sender;
  readonly random: Random;
  /** calls a second */
  readonly rate: number;
  readonly lease: number;
}

export interface Pumped {
  readonly kinds: ReadonlyMap<Kind, number>;
  /** what calls failed with that no caller has to expect */
  readonly failures: readonly string[];
}

/** Sends at a steady rate until `over` says so; resolves when all is answered. */
export async function pump({ window, sender, random, rate, lease }: PumpOptions, over: () => boolean): Promise<Pumped> {
  const kinds = new Map<Kind, number>();
  const failures: string[] = [];
  const waiting = new Set<Promise<void>>();
  for (let n = 0; !over(); await pass(TICK)) {
    for (let left = Math.round((rate * TICK) / 1000); left > 0 && waiting.size < MOST_WAITING; left--) {
      const id = `${window}-${++n}`;
      const { kind, calls } = draw(id, random, lease);
      const sent = sender
        .send(calls)
        .then(() => void kinds.set(kind, (kinds.get(kind) ?? 0) + calls.length))
        .catch((error: unknown) => void failures.push(`${id} (${kind}) could not be sent: ${String(error)}`))
        .finally(() => waiting.delete(sent));
      waiting.add(sent);
    }
  }
  await Promise.all(waiting);
  return { kinds, failures };
}
