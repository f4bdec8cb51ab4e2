import { InvalidOptionError } from '../errors/option-errors.js';

/**
 * A key of a queue that one message at a time holds. The key stores the id of its holder and only that holder frees it: a
 * message whose key has expired and gone to another continues without it. A retry or a release keeps a key that the message
 * still holds, and does not take a lost one again. Deduplication by id comes first.
 */
export interface UniqueKey {
  /** within its queue */
  readonly key: string;
  /** ms after publishing at which it is free in any case; null = only `until` frees it */
  readonly expires: number | null;
  /**
   * `start`: free when the message is first handed out, so that later changes can be sent again · `end`: free when it is
   * acknowledged, dead or purged · `expiry`: free by time only (a throttle; needs `expires`)
   */
  readonly until: 'start' | 'end' | 'expiry';
  /**
   * When another message holds the key. `existing`: the new message is dropped, and its caller gets the holder · `reject`: it
   * is refused · `replace`: a holder that still waits gives the key to the new message and gets a revoke mark that does not
   * expire. A worker ends the holder as REVOKED, so that callers that wait for it are answered. A holder that a worker has, or
   * that has ended, is not replaced: then as `existing`.
   */
  readonly onConflict: 'existing' | 'reject' | 'replace';
}

/** @throws InvalidOptionError */
export function checkUniqueKey({ key, expires, until, onConflict }: UniqueKey): void {
  if (typeof key !== 'string' || key === '' || !key.isWellFormed()) {
    throw new InvalidOptionError('unique.key', key, 'non-empty, well-formed text');
  }
  if (expires !== null && !(Number.isFinite(expires) && expires > 0)) {
    throw new InvalidOptionError('unique.expires', expires, 'a number of ms over 0, or null');
  }
  if (!['start', 'end', 'expiry'].includes(until)) throw new InvalidOptionError('unique.until', until, "'start', 'end' or 'expiry'");
  if (until === 'expiry' && expires === null) throw new InvalidOptionError('unique.expires', expires, "set when 'until' is 'expiry'");
  if (!['existing', 'reject', 'replace'].includes(onConflict)) {
    throw new InvalidOptionError('unique.onConflict', onConflict, "'existing', 'reject' or 'replace'");
  }
}
