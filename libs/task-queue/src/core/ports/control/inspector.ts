import type { CarriedMessage, EncodedMessage } from '../broker/message-format.js';
import type { FailedAttempt } from '../../message/failed-attempt.js';

/** Reads and manages queues for people, dashboards and commands. Workers and clients do not need it to run tasks. */
export interface Inspector {
  /** names of the queues that hold or have held messages, or are paused */
  queues(): Promise<string[]>;
  counts(queue: string): Promise<QueueCounts>;
  /** Where an id is now, in order; null = in no known queue. */
  locate(ids: readonly string[]): Promise<(Location | null)[]>;
  /** The first ready message of each priority, highest first. Their age is the delay of the queue. */
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
  /** Hands out no message of the queue to any worker until it is resumed. Running tasks go on and are settled. */
  pause(queue: string): Promise<void>;
  /** Wakes waiting workers. */
  resume(queue: string): Promise<void>;
  /** names of the queues that are paused, sorted */
  paused(): Promise<string[]>;
}

export interface DeadLetterPaging {
  readonly limit: number;
  /** `next` of the page before. Letters that arrive between two pages are not listed; no other letter is skipped */
  readonly cursor?: string;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** the cursor of the next page; null = this was the last */
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
  /** its failed attempts, oldest first; empty when it never ran, or when its workers were lost */
  readonly attempts: readonly FailedAttempt[];
  /** epoch ms by the store's clock */
  readonly at: number;
}
