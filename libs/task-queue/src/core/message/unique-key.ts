import { InvalidOptionError } from '../errors/option-errors.js';

/**
 * Lets one message at a time hold a key of its queue. The key stores its holder's id, and is freed only while it still
 * does: a message whose key has lapsed and gone to another goes on without it, and never frees it. A retry or a release
 * keeps the key where it still has it, and does not take it again. Deduplication by id comes first.
 */
export interface UniqueKey {
  /** within its queue */
  readonly key: string;
  /** ms from the publishing after which it is free in any case; null = when `until` says so */
  readonly expires: number | null;
  /**
   * `start`: free when the message is first handed out, so that what changes from then on can be sent again · `end`: free
   * when it is acknowledged, dead or purged · `expiry`: free by time only (a throttle; needs `expires`)
   */
  readonly until: 'start' | 'end' | 'expiry';
  /**
   * What becomes of a message whose key is held. `existing`: it is dropped, and its caller gets the holder · `reject`: it
   * is refused · `replace`: where the holder still waits, the key goes to the new message, and the holder bears a revoke
   * mark that does not lapse: a worker ends it as REVOKED, so that whoever waits for it is told. A holder that is out with
   * a worker, or over, is not replaced: then as `existing`.
   */
  readonly onConflict: 'existing' | 'reject' | 'replace';
}

/** @throws InvalidOptionError */
export function checkUniqueKey({ key, expires, until, onConflict }: UniqueKey): void {
  if (typeof key !== 'string' || key === '' || !key.isWellFormed()) {
    throw new InvalidOptionError('unique.key', key, 'text that is not empty and well-formed');
  }
  if (expires !== null && !(Number.isFinite(expires) && expires > 0)) {
    throw new InvalidOptionError('unique.expires', expires, 'a number of ms over 0, or null');
  }
  if (!['start', 'end', 'expiry'].includes(until)) throw new InvalidOptionError('unique.until', until, "'start', 'end' or 'expiry'");
  if (until === 'expiry' && expires === null) throw new InvalidOptionError('unique.expires', expires, "given where 'until' is 'expiry'");
  if (!['existing', 'reject', 'replace'].includes(onConflict)) {
    throw new InvalidOptionError('unique.onConflict', onConflict, "'existing', 'reject' or 'replace'");
  }
}
