import type { CarriedMessage, EncodedMessage } from '../broker/message-format.js';
import type { FailedAttempt } from '../../message/failed-attempt.js';

/** Everything that only people, dashboards and commands ask of a broker. */
export interface Inspector {
  /** names of the queues that hold or have held messages, or are paused */
  queues(): Promise<string[]>;
  counts(queue: string): Promise<QueueCounts>;
  /** Where an id is now, in order; null = in no known queue. */
  locate(ids: readonly string[]): Promise<(Location | null)[]>;
  /** The first in line of each priority among what is ready, highest first: with them it is known how long the queue makes wait. */
  heads(queue: string): Promise<WaitingMessage[]>;
  /** Newest first, a page at a time. */
  deadLetters(queue: string, options: DeadLetterPaging): Promise<DeadLetterPage>;
  /** Those of these ids that are dead letters of the queue, in order; null for the others. */
  findDeadLetters(queue: string, ids: readonly string[]): Promise<(DeadLetter | null)[]>;
  /**
   * Dead letters go back to the end of their queue, each in one step with its stored result, which is removed so that the
   * new run can write its own. No trace of the id is in the way. One with a unique key takes it again, and stays where it is
   * while another message holds it. One with a limit waits for a slot, and the limit's `expires` holds no longer. @returns for each, whether it went back
   */
  redrive(queue: string, letters: readonly Redrive[]): Promise<boolean[]>;
  /** Removes dead letters: these, or all. Their results and traces stay. @returns how many */
  purgeDeadLetters(queue: string, ids?: readonly string[]): Promise<number>;
  /** Removes every waiting message (ready, delayed and limited) of a queue. @returns how many */
  purge(queue: string): Promise<number>;
  /** From now on, nothing of the queue is handed out to any worker, until it is resumed. What is out goes on and is settled. */
  pause(queue: string): Promise<void>;
  /** Workers that wait are woken. */
  resume(queue: string): Promise<void>;
  /** names of the queues that are paused, sorted */
  paused(): Promise<string[]>;
}

export interface DeadLetterPaging {
  readonly limit: number;
  /** `next` of the page before; a letter that came meanwhile is not in it, and none is left out */
  readonly cursor?: string;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** where the next page begins; null = this was the last */
  readonly next: string | null;
}

/** A dead letter on its way back; without a body it keeps the one that it died with. */
export interface Redrive extends Partial<EncodedMessage> {
  readonly id: string;
  /** 0–9 */
  readonly priority: number;
}

export interface QueueCounts {
  readonly ready: number;
  readonly delayed: number;
  readonly limited: number;
  readonly leased: number;
  readonly suspects: number;
  readonly dead: number;
}

export interface WaitingMessage extends EncodedMessage {
  readonly id: string;
}

export interface Location {
  readonly queue: string;
  readonly place: 'ready' | 'delayed' | 'limited' | 'leased' | 'suspects' | 'dead';
}

export interface DeadLetter extends CarriedMessage {
  readonly reason: string;
  readonly detail: string;
  /** what became of its attempts, oldest first; empty where it never ran or its workers died of it */
  readonly attempts: readonly FailedAttempt[];
  /** epoch ms by the store's clock */
  readonly at: number;
}
