import { checkArrival } from '../../../core/ports/stores/join-store.js';
import type { Settlement } from '../../../core/ports/broker/consumer.js';
import { isTerminal } from '../../../core/message/task-state.js';
import type { BrokenSettlement, SettleBatch as SharedBatch } from '../../shared/leases/settle-queue.js';
import { PostgresDelivery } from './postgres-delivery.js';
import { checkPublication } from '../../shared/check-publication.js';
import { publicationRow } from '../publish/publication-rows.js';
import { joinStored, toStored } from '../connection/stored-text.js';

/** Arguments of settle.sql that depend on the batch. */
export interface SettleLists {
  readonly numbers: readonly string[];
  readonly masks: readonly string[];
  readonly others: string | null;
  readonly saves: readonly string[] | null;
  /** follow-ups and arrivals */
  readonly sends: string | null;
}

/** A follow-up: its settlement, and its index there. */
export type FollowUpPlace = readonly [settlement: Settlement, at: number];

/** Writes settlements as lists: plain acks, which are nearly all, are one digit in the mask of their claim. */
export class SettleBatch implements SharedBatch {
  readonly order: Settlement[] = [];
  readonly broken: BrokenSettlement[] = [];
  /** by the number that each follow-up has in the call */
  readonly followUps: FollowUpPlace[] = [];
  /** settlements with arrivals, by the number of their group */
  readonly arriving: Settlement[] = [];
  taken = 0;
  /** a message goes back to its queue */
  givesBack = false;
  readonly #masks = new Map<string, string[]>();
  readonly #others: object[] = [];
  readonly #saves: string[][] = [[], [], [], [], [], []];
  readonly #publish: object[] = [];
  readonly #arrivals: object[] = [];

  /** characters of results and bodies */
  #size = 0;

  /** @param size after which no more settlements are added */
  constructor(settlements: readonly Settlement[], size = Infinity) {
    while (this.taken < settlements.length && this.#size < size) this.#tryAdd(settlements[this.taken++]!);
  }

  lists(): SettleLists {
    const sends = this.#publish.length + this.#arrivals.length === 0 ? null : { publish: this.#publish, arrivals: this.#arrivals };
    return {
      numbers: [...this.#masks.keys()],
      masks: Array.from(this.#masks.values(), (mask) => mask.join('')),
      others: this.#others.length === 0 ? null : JSON.stringify(this.#others),
      saves: this.#saves[0]!.length === 0 ? null : this.#saves.map(joinStored),
      sends: sends === null ? null : JSON.stringify(sends),
    };
  }

  #tryAdd(settlement: Settlement): void {
    const { delivery, result, publish = [], arrivals = [] } = settlement;
    if (!(delivery instanceof PostgresDelivery)) return;
    try {
      const record = result && toStored(JSON.stringify(result.record));
      publish.forEach(checkPublication);
      arrivals.forEach(checkArrival);
      this.#addKind(settlement, delivery);
      if (result) this.#addResult(delivery, result, record!);
    } catch (error) {
      this.broken.push({ settlement, error });
      return;
    }
    const { number, size } = delivery.claim;
    let mask = this.#masks.get(number);
    if (mask === undefined) this.#masks.set(number, (mask = new Array<string>(size).fill('0')));
    mask[delivery.ordinal - 1] = '1';
    this.order.push(settlement);
    if (publish.length > 0 || arrivals.length > 0) this.#addSends(settlement, number);
  }

  #addKind(settlement: Settlement, { claim, ordinal }: PostgresDelivery): void {
    const row = { claim: claim.number, ordinal, kind: settlement.kind };
    switch (settlement.kind) {
      case 'ack':
        if (settlement.traced) this.#others.push({ ...row, traced: true });
        return;
      case 'deadLetter': {
        const { reason, detail, attempts, traced } = settlement;
        this.#others.push({ ...row, traced, told: toStored(JSON.stringify({ reason, detail, attempts })) });
        return;
      }
      case 'retry':
        this.#size += settlement.body.length;
        this.#others.push({ ...row, body: toStored(settlement.body), priority: String(settlement.priority), ...settlement.due });
        break;
      case 'release':
        this.#others.push({ ...row, delay: settlement.delay, charge: settlement.charge });
    }
    this.givesBack = true;
  }

  #addResult({ claim }: PostgresDelivery, { record, expires }: NonNullable<Settlement['result']>, text: string): void {
    const columns = [
      claim.number,
      toStored(record.id),
      String(isTerminal(record.state)),
      String(record.retries),
      text,
      String(Math.max(1, expires)),
    ];
    columns.forEach((value, at) => this.#saves[at]!.push(value));
    this.#size += text.length;
  }

  #addSends(settlement: Settlement, claim: string): void {
    const { publish = [], arrivals = [] } = settlement;
    const seen = new Set<string>();
    publish.forEach((one, at) => {
      if (seen.has(one.id)) return;
      seen.add(one.id);
      this.#size += one.body.length;
      const n = this.followUps.push([settlement, at]) - 1;
      this.#publish.push({ claim, ...publicationRow(one, n) });
    });
    if (arrivals.length === 0) return;
    const grp = this.arriving.push(settlement) - 1;
    for (const { join, member, index, value } of arrivals) {
      this.#size += value?.length ?? 0;
      this.#arrivals.push({ claim, grp, join_id: join, member, place: index, value });
    }
  }
}
