import { BrokerUnavailableError, PublishUncertainError } from 'nestjs-task-queue';
import type { ClaimReceipt, ScheduleStore, TurnClaim } from '../../libs/task-queue/src/core/ports/stores/schedule-store.js';

/** What becomes of a beat's next claim. */
export type Fate =
  /** the server is away: nothing was done */
  | 'refused'
  /** the connection breaks: it was done, and nobody was told */
  | 'uncertain'
  /** the process is killed just before */
  | 'killed before'
  /** or just after */
  | 'killed after';

/** A store as one beat sees it, whose next claim meets a fate. A beat that was killed waits for an answer that never comes. */
export function mortalStore(store: ScheduleStore) {
  let fate: Fate | undefined;
  let bury = () => {};
  const grave = new Promise<never>((_, reject) => (bury = () => reject(new BrokerUnavailableError('Claiming'))));
  grave.catch(() => {});
  const claim = async (claims: readonly TurnClaim[]): Promise<ClaimReceipt[]> => {
    const met = fate;
    fate = undefined;
    if (met === 'refused') throw new BrokerUnavailableError('Claiming');
    if (met === 'killed before') return grave;
    const receipts = await store.claim(claims);
    if (met === 'uncertain') throw new PublishUncertainError([]);
    return met === 'killed after' ? grave : receipts;
  };
  const mortal: ScheduleStore = Object.assign(Object.create(store) as ScheduleStore, { claim });
  return { store: mortal, meet: (next: Fate) => void (fate = next), bury: () => bury() };
}
