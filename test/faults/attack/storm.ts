import { pass, type Fault, type FaultContext } from '../fault.js';
import { Random } from '../random.js';
import type { FleetWorker } from '../worker-fleet.js';
import type { Producers } from './producers.js';

/** What a strike can lay hands on beside what faults of the rounds can. */
export interface StormContext extends FaultContext {
  readonly producers: Producers;
  /** URL of the application's database */
  readonly bank: string;
  /** workers that one strike has for itself */
  readonly taken: Set<FleetWorker>;
}

export interface Strike extends Pick<Fault, 'name'> {
  /** of two on the same ground one comes after the other; absent = beside anything */
  readonly ground?: 'server' | 'network';
  strike(context: StormContext): Promise<unknown>;
}

export interface Storm {
  /** how often each has struck */
  readonly struck: ReadonlyMap<string, number>;
  /** those that struck nothing, since another had struck first */
  readonly missed: readonly string[];
}

/** the most at one time */
const TOGETHER = 3;
/** share of strikes that do not wait for the one before */
const OVERLAP = 0.4;

/** Strikes by chance until `over` says so, and resolves when the last is over. What and when the seed of the context decides. */
export async function storm(
  strikes: readonly Strike[],
  context: StormContext,
  over: () => boolean,
  onStrike: (name: string, beside: boolean) => void,
): Promise<Storm> {
  const { random, spell } = context;
  const struck = new Map<string, number>();
  const missed: string[] = [];
  const under = new Map<Strike, Promise<void>>();
  for (let number = 1; ; number++) {
    await pass(random.whole(spell / 2, spell * 3));
    if (over()) break;
    const grounds = new Set([...under.keys()].map(({ ground }) => ground));
    const strike = random.pick(strikes.filter((one) => !under.has(one) && (one.ground === undefined || !grounds.has(one.ground))));
    onStrike(strike.name, under.size > 0);
    const begun = strike
      .strike({ ...context, round: `${context.round}s${number}`, random: new Random(String(random.next())) })
      .then(() => void struck.set(strike.name, (struck.get(strike.name) ?? 0) + 1))
      .catch((error: unknown) => void missed.push(`${strike.name}: ${String(error)}`))
      .finally(() => under.delete(strike));
    under.set(strike, begun);
    if (!random.chance(OVERLAP) || under.size >= TOGETHER) await Promise.race(under.values());
  }
  await Promise.all(under.values());
  return { struck, missed };
}
