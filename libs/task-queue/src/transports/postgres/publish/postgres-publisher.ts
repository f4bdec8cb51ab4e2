import { PublishUncertainError } from '../../../core/errors/publish-errors.js';
import type { Publication, PublishReceipt } from '../../../core/ports/broker/publication.js';
import { monotonic } from '../../shared/monotonic.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { callStore, toBrokerError } from '../connection/call-store.js';
import { CallNumbers } from '../connection/call-numbers.js';
import type { PostgresContext } from '../postgres-context.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import {
  areBlocks,
  blockLists,
  checkPublication,
  copyReceipts,
  firstOfEach,
  isPlain,
  plainLists,
  plainOne,
  publicationRow,
  readReceipt,
} from './publication-rows.js';
import type { PutNews } from './publication-rows.js';

const MAX_BATCH = 500;
const RETRY_PAUSE = 25;
/** ms that an uncertain publish is remembered; the server remembers its call for longer */
const REMEMBERED = 600_000;
const WHAT = 'Publishing';
const UNIQUE_VIOLATION = '23505';

/** What is sent as one call. It changes nothing when it arrives twice: its number is known by then. */
interface Parcel {
  readonly publications: readonly Publication[];
  /** where each stands in the caller's list */
  readonly places: readonly number[];
  number: string;
  state: 'unsent' | 'sent' | 'arrived';
  /** what was told of what did not go in */
  news: ReadonlyMap<number, PutNews>;
}

/**
 * Publishes in batches. Each call leaves its number, so that the fate of one whose answer was lost can be asked for; what stays
 * uncertain is remembered, and its fate looked up when the ids come again.
 */
export class PostgresPublisher {
  readonly #calls = new CallNumbers();
  readonly #uncertain = new Map<string, { readonly parcel: Parcel; readonly until: number }>();

  constructor(private readonly context: PostgresContext) {}

  async publish(publications: readonly Publication[], timeout: number): Promise<PublishReceipt[]> {
    publications.forEach(checkPublication);
    const deadline = monotonic() + timeout;
    const receipts = new Array<PublishReceipt>(publications.length);
    const open = await this.#open(publications, receipts, deadline);
    const parcels = this.#pack(open, publications);
    try {
      for (const parcel of parcels) await this.#deliver(parcel, receipts, deadline);
    } catch (error) {
      throw this.#judge(parcels, error);
    }
    return copyReceipts(publications, receipts);
  }

  /** Places of what has to be sent: each id once, and nothing that an uncertain publish turns out to have brought in. */
  async #open(publications: readonly Publication[], receipts: PublishReceipt[], deadline: number): Promise<readonly number[]> {
    if (this.#uncertain.size > 0) await this.#settleFates(publications, receipts, deadline);
    return firstOfEach(publications).filter((place) => receipts[place] === undefined);
  }

  #pack(places: readonly number[], publications: readonly Publication[]): Parcel[] {
    const parcels: Parcel[] = [];
    for (let at = 0; at < places.length; at += MAX_BATCH) {
      const some = places.slice(at, at + MAX_BATCH);
      const inside = some.map((place) => publications[place]!);
      parcels.push({ publications: inside, places: some, number: '', state: 'unsent', news: new Map() });
    }
    return parcels;
  }

  async #deliver(parcel: Parcel, receipts: PublishReceipt[], deadline: number): Promise<void> {
    let trusted = true;
    for (;;) {
      parcel.number = this.#calls.next();
      try {
        this.#arrived(parcel, await this.#send(parcel, trusted, deadline));
        this.#calls.answered(parcel.number);
        return this.#write(parcel, receipts);
      } catch (error) {
        if (trusted && error instanceof ServerRefusedError && error.code === UNIQUE_VIOLATION) {
          trusted = false;
          continue;
        }
        if (!isTransient(error)) throw toBrokerError(WHAT, error);
        if (error instanceof ConnectionLostError && error.sent) {
          parcel.state = 'sent';
          if (monotonic() >= deadline) throw error;
          if (await this.#lookUpFate(parcel, deadline)) return this.#write(parcel, receipts);
        }
        if (monotonic() >= deadline) throw error;
        await pause(Math.min(RETRY_PAUSE, deadline - monotonic()));
      }
    }
  }

  /** @param trusted false: an id was sent before, although its publication says that it is fresh */
  async #send({ publications, number }: Parcel, trusted: boolean, deadline: number): Promise<string> {
    const { connection, statements, options, shift } = this.context;
    const call = [this.#calls.owner, number, this.#calls.spent()];
    const limit = { timeout: (deadline - monotonic()) * 0.6 }; // so that there is time to ask for its fate
    if (trusted && publications.every(isPlain)) {
      if (publications.length === 1) await connection.query(statements.publishOne, [...call, ...plainOne(publications[0]!)], limit);
      else if (areBlocks(publications)) await connection.query(statements.publishBlocks, [...call, ...blockLists(publications)], limit);
      else await connection.query(statements.publishPlain, [...call, ...plainLists(publications)], limit);
      return '';
    }
    const rows = JSON.stringify(publications.map((one, n) => publicationRow(one, n, trusted)));
    const [answer] = await connection.query<{ told: string }>(statements.publish, [...call, rows, options.dedupRetention, shift()], limit);
    return answer!.told;
  }

  #arrived(parcel: Parcel, told: string): void {
    parcel.state = 'arrived';
    if (told !== '') parcel.news = new Map((JSON.parse(told) as PutNews[]).map((one) => [one.n, one]));
  }

  #write({ publications, places, news }: Parcel, receipts: PublishReceipt[]): void {
    publications.forEach(({ id }, n) => (receipts[places[n]!] = readReceipt(id, news.get(n))));
  }

  /** What to tell the caller when at least one parcel failed. */
  #judge(parcels: readonly Parcel[], reason: unknown): unknown {
    if (parcels.every(({ state }) => state === 'unsent')) return toBrokerError(WHAT, reason);
    const until = monotonic() + REMEMBERED;
    for (const parcel of parcels) {
      if (parcel.state === 'unsent') continue;
      parcel.publications.forEach(({ id }, n) => {
        if (isIn(parcel, n)) this.#uncertain.set(id, { parcel, until });
      });
    }
    const ids = parcels.filter(({ state }) => state !== 'arrived').flatMap(({ publications }) => publications.map(({ id }) => id));
    return new PublishUncertainError(ids, { cause: reason });
  }

  /** Answers for ids that an earlier, uncertain publish turns out to have brought in. */
  async #settleFates(publications: readonly Publication[], receipts: PublishReceipt[], deadline: number): Promise<void> {
    this.#dropOldFates();
    const asked = new Set<Parcel>();
    for (const { id } of publications) {
      const parcel = this.#uncertain.get(id)?.parcel;
      if (parcel?.state === 'sent') asked.add(parcel);
    }
    await Promise.all([...asked].map((parcel) => this.#lookUpFate(parcel, deadline)));
    publications.forEach(({ id }, place) => {
      if (this.#uncertain.get(id)?.parcel.state === 'arrived') receipts[place] = { id, deduplicated: true };
    });
  }

  /** Asks whether a call has been; one that has not never will be. */
  async #lookUpFate(parcel: Parcel, deadline: number): Promise<boolean> {
    const { connection, statements } = this.context;
    const values = [this.#calls.owner, parcel.number];
    const patience = Math.max(1, deadline - monotonic());
    const [fate] = await callStore<{ answer: string }>(connection, WHAT, statements.publishFate, values, patience);
    const arrived = fate!.answer !== 'void';
    if (arrived) this.#arrived(parcel, fate!.answer);
    else parcel.state = 'unsent';
    // What has not gone in is nobody's by now: when it comes again, it is judged anew.
    parcel.publications.forEach(({ id }, n) => {
      if (!isIn(parcel, n) && this.#uncertain.get(id)?.parcel === parcel) this.#uncertain.delete(id);
    });
    return arrived;
  }

  #dropOldFates(): void {
    const now = monotonic();
    for (const [id, { until }] of this.#uncertain) {
      if (until > now) return;
      this.#uncertain.delete(id);
    }
  }
}

/** Whether it went in, or may have. */
function isIn({ state, news }: Parcel, n: number): boolean {
  return state !== 'unsent' && (news.get(n)?.was ?? 0) < 2;
}
