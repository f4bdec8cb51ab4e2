import { InvalidOptionError } from '../../errors/option-errors.js';

/**
 * Hands out the messages of one key one at a time, `intervalMs` apart, in the whole store. They wait in the place
 * `limited` of their queue, by priority; none of them owns a slot: the next slot goes to the first message when it is due.
 * One that is revoked or expired by then is handed out without using it. Every hand-over uses a slot: the first, and
 * those after a retry, a release or a lost lease.
 */
export interface RateLimit {
  /** the task's name */
  readonly key: string;
  /** ms from one to the next; the last one published holds for all that wait, unless `Broker.setRate` says another */
  readonly intervalMs: number;
  /** epoch ms after which it is not to run */
  readonly expires?: number;
}

/** A slot may be used this many ms late without moving the following slots. After that, slots are counted from its use. */
export const SLOT_PATIENCE = 100;

/** @throws InvalidOptionError */
export function checkRateLimit({ key, intervalMs, expires }: RateLimit): void {
  if (typeof key !== 'string' || key === '' || !key.isWellFormed()) {
    throw new InvalidOptionError('limit.key', key, 'text that is not empty and well-formed');
  }
  checkInterval(intervalMs);
  if (expires !== undefined && !Number.isFinite(expires)) throw new InvalidOptionError('limit.expires', expires, 'epoch milliseconds');
}

/** @throws InvalidOptionError */
export function checkInterval(intervalMs: number): void {
  if (Number.isFinite(intervalMs) && intervalMs >= 0) return;
  throw new InvalidOptionError('limit.intervalMs', intervalMs, 'a number of ms that is not negative');
}
