import type { Publication } from '../../../core/ports/broker/publication.js';
import type { Settlement } from '../../../core/ports/broker/consumer.js';
import { checkRateLimit } from '../../../core/ports/broker/rate-limit.js';
import { checkUniqueKey } from '../../../core/message/unique-key.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { encodeArrival } from '../stores/join-code.js';
import { encodeDue, encodePublication } from '../publish/publication-code.js';
import { encodeRecord } from '../stores/record-codec.js';
import { encodeDeath } from '../stores/dead-letter-codec.js';
import type { BrokenSettlement, SettleBatch } from '../../shared/leases/settle-queue.js';
import { memberOf } from './redis-delivery.js';

export interface EncodedBatch extends SettleBatch {
  /** arguments from the ttl of the plain results on (see settle.lua) */
  readonly args: string[];
  /** queues that follow-ups go to */
  readonly targets: readonly string[];
}

/**
 * Writes a batch of settlements of one queue as the arguments of settle.lua. Plain acks, which are nearly all, travel as bare
 * members with their results beside them. The others follow one by one, each with its follow-ups and arrivals.
 */
export function encodeSettlements(settlements: readonly Settlement[], deadLetterLimit: number, size = Infinity): EncodedBatch {
  const writer = new BatchWriter(deadLetterLimit);
  let taken = 0;
  while (taken < settlements.length && writer.size < size) writer.add(settlements[taken++]!);
  return writer.finish(taken);
}

class BatchWriter {
  /** characters of results, bodies and what else may be long */
  size = 0;
  readonly #withResult: Settlement[] = [];
  readonly #results: string[] = [];
  readonly #bare: Settlement[] = [];
  readonly #others: Settlement[] = [];
  readonly #otherArgs: string[] = [];
  readonly #targets: string[] = [];
  readonly #broken: BrokenSettlement[] = [];
  #ttl: number | null = null;
  #traced = false;

  constructor(private readonly deadLetterLimit: number) {}

  add(settlement: Settlement): void {
    try {
      const { kind, result } = settlement;
      const more = (settlement.publish?.length ?? 0) + (settlement.arrivals?.length ?? 0) > 0;
      if (kind !== 'ack' || more || (result !== undefined && this.#ttl !== null && this.#ttl !== result.expires)) {
        this.#addOther(settlement);
      } else if (result === undefined) {
        this.#bare.push(settlement);
        this.#traced ||= settlement.traced;
      } else {
        const value = encodeRecord(result.record);
        this.#ttl = result.expires;
        this.#withResult.push(settlement);
        this.#results.push(value);
        this.size += value.length;
        this.#traced ||= settlement.traced;
      }
    } catch (error) {
      this.#broken.push({ settlement, error });
    }
  }

  finish(taken: number): EncodedBatch {
    const plain = [...this.#withResult, ...this.#bare];
    const traced = this.#traced ? plain.map((one) => (one.kind === 'ack' && one.traced ? '1' : '0')).join('') : '';
    const args = [ttlText(this.#ttl ?? 1), String(plain.length), String(this.#withResult.length), traced];
    for (const { delivery } of plain) args.push(memberOf(delivery));
    for (const result of this.#results) args.push(result);
    args.push(String(this.#targets.length), ...this.#targets);
    for (const arg of this.#otherArgs) args.push(arg);
    return { taken, args, targets: this.#targets, order: [...plain, ...this.#others], broken: this.#broken };
  }

  #addOther(settlement: Settlement): void {
    const { delivery, kind, result } = settlement;
    const traced = 'traced' in settlement && settlement.traced ? '1' : '0';
    const args = [memberOf(delivery), kind === 'deadLetter' ? 'dead' : kind, traced];
    args.push(result === undefined ? '' : encodeRecord(result.record), result === undefined ? '' : ttlText(result.expires));
    if (settlement.kind === 'retry') args.push(settlement.body, String(settlement.priority), encodeDue(settlement.due));
    if (settlement.kind === 'release') args.push(encodeDue({ delay: settlement.delay }), settlement.charge ? '1' : '0');
    if (settlement.kind === 'deadLetter') args.push(encodeDeath(settlement), String(this.deadLetterLimit));
    this.#addFollowUps(args, settlement.publish ?? []);
    const arrivals = settlement.arrivals ?? [];
    args.push(String(arrivals.length), ...arrivals.flatMap(encodeArrival));
    for (const arg of args) {
      this.#otherArgs.push(arg);
      this.size += arg.length;
    }
    this.#others.push(settlement);
  }

  #addFollowUps(args: string[], publications: readonly Publication[]): void {
    for (const { unique, limit } of publications) {
      if (unique !== undefined) checkUniqueKey(unique);
      if (limit !== undefined) checkRateLimit(limit);
    }
    const groups = groupFollowUps(publications);
    args.push(String(groups.length));
    for (const { queue, some } of groups) {
      args.push(String(this.#targetNumber(queue)), String(some.length));
      for (const one of some) args.push(one.id, one.body, encodePublication(one));
    }
  }

  #targetNumber(queue: string): number {
    const at = this.#targets.indexOf(queue);
    return at >= 0 ? at + 1 : this.#targets.push(queue);
  }
}

/** Follow-ups by queue, in pieces that `put` takes. The script answers in this order. */
export function groupFollowUps(publications: readonly Publication[]): { readonly queue: string; readonly some: readonly Publication[] }[] {
  const byQueue = new Map<string, Publication[]>();
  for (const one of publications) {
    const list = byQueue.get(one.queue);
    if (list === undefined) byQueue.set(one.queue, [one]);
    else list.push(one);
  }
  return [...byQueue].flatMap(([queue, all]) => chunks(all).map((some) => ({ queue, some })));
}

function ttlText(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)));
}
