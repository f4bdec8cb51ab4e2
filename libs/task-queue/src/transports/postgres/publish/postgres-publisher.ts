import type { Publication, PublishOptions, PublishReceipt } from '../../../core/ports/broker/publication.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { checkPublication } from '../../shared/check-publication.js';
import { monotonic } from '../../shared/monotonic.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { UncertainParcels, type Parcel } from '../../shared/uncertain-parcels.js';
import { callStore, toBrokerError } from '../connection/call-store.js';
import { CallNumbers } from '../connection/call-numbers.js';
import type { PostgresContext } from '../postgres-context.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import { copyReceipts, firstOfEach, isPlain, plainCall, publicationRow, readReceipt, readRefusals } from './publication-rows.js';
import type { PutRefusal } from './publication-rows.js';

const RETRY_PAUSE = 25;
/** ms; a shorter try could end before the server stops waiting for a lock (100 ms), and would be uncertain */
const SHORTEST_TRY = 300;
/** ms for which an uncertain publish is remembered; the server remembers its call longer */
const REMEMBERED = 600_000;
const WHAT = 'Publishing';
const UNIQUE_VIOLATION = '23505';

/** The publications of one call. A second copy of the call changes nothing: its number is known by then. */
interface PostgresParcel extends Parcel {
  number: string;
  /** by the index of the publication */
  refusals: ReadonlyMap<number, PutRefusal>;
}

/**
 * Publishes in batches. The server keeps the number of each call, so that the fate of a call whose answer was lost can be looked up. A
 * publish that stays uncertain is remembered, and its fate is looked up when its ids are published again.
 */
export class PostgresPublisher {
  readonly #calls = new CallNumbers();
  readonly #uncertain = new UncertainParcels<PostgresParcel>({
    remembered: REMEMBERED,
    lookUp: (parcel, deadline) => this.#lookUp(parcel, deadline),
    isHeldBack: ({ refusals }, at) => (refusals.get(at)?.was ?? 1) > 1,
  });

  constructor(private readonly context: PostgresContext) {}

  async publish(publications: readonly Publication[], { timeout, divisible = false }: PublishOptions): Promise<PublishReceipt[]> {
    publications.forEach(checkPublication);
    const deadline = monotonic() + timeout;
    const receipts = new Array<PublishReceipt>(publications.length);
    const open = await this.#open(publications, receipts, deadline);
    const parcels = this.#pack(open, publications);
    try {
      for (const parcel of parcels) await this.#deliver(parcel, receipts, deadline, divisible);
    } catch (error) {
      throw this.#uncertain.remember(parcels, error) ?? toBrokerError(WHAT, error);
    }
    return copyReceipts(publications, receipts);
  }

  /** The indices of the publications to send: each id once, without those that an earlier, uncertain call has published. */
  async #open(publications: readonly Publication[], receipts: PublishReceipt[], deadline: number): Promise<readonly number[]> {
    if (!this.#uncertain.isEmpty) await this.#uncertain.writeArrived(publications, receipts, deadline);
    return firstOfEach(publications).filter((place) => receipts[place] === undefined);
  }

  #pack(places: readonly number[], publications: readonly Publication[]): PostgresParcel[] {
    return chunks(places).map((some) => {
      const inside = some.map((place) => publications[place]!);
      return { publications: inside, places: some, number: '', state: 'unsent', refusals: new Map() };
    });
  }

  async #deliver(parcel: PostgresParcel, receipts: PublishReceipt[], deadline: number, divisible: boolean): Promise<void> {
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
        if (error instanceof ServerRefusedError && error.locked && (divisible || deadline - monotonic() < SHORTEST_TRY)) throw error;
        if (error instanceof ConnectionLostError && error.sent) {
          parcel.state = 'sent';
          if (monotonic() >= deadline) throw error;
          if (await this.#uncertain.hasArrived(parcel, deadline)) return this.#write(parcel, receipts);
        }
        if (monotonic() >= deadline) throw error;
        await pause(Math.min(RETRY_PAUSE, deadline - monotonic()));
      }
    }
  }

  /** @param trusted false if the ids of publications marked as fresh must be looked up nevertheless */
  async #send({ publications, number }: PostgresParcel, trusted: boolean, deadline: number): Promise<string> {
    const { connection, statements, options, shift } = this.context;
    const call = [this.#calls.owner, number, this.#calls.spent()];
    const limit = { timeout: (deadline - monotonic()) * 0.6 }; // so that there is time to ask for its fate
    if (trusted && publications.every(isPlain)) {
      const { form, values } = plainCall(publications);
      await connection.query(statements[`publish${form}`], [...call, ...values], limit);
      return '';
    }
    const rows = JSON.stringify(publications.map((one, n) => publicationRow(one, n, trusted)));
    const [answer] = await connection.query<{ told: string }>(statements.publish, [...call, rows, options.dedupRetention, shift()], limit);
    return answer!.told;
  }

  #arrived(parcel: PostgresParcel, answer: string): void {
    parcel.state = 'arrived';
    parcel.refusals = readRefusals(answer);
  }

  #write({ publications, places, refusals }: PostgresParcel, receipts: PublishReceipt[]): void {
    publications.forEach(({ id }, n) => (receipts[places[n]!] = readReceipt(id, refusals.get(n))));
  }

  /** A call that has not arrived when it is asked for never will. */
  async #lookUp(parcel: PostgresParcel, deadline: number): Promise<void> {
    const { connection, statements } = this.context;
    const values = [this.#calls.owner, parcel.number];
    const timeout = Math.max(1, deadline - monotonic());
    const [fate] = await callStore<{ answer: string }>(connection, WHAT, statements.publishFate, values, timeout);
    if (fate!.answer === 'void') parcel.state = 'unsent';
    else this.#arrived(parcel, fate!.answer);
  }
}
