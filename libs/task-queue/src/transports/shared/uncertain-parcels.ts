import { PublishUncertainError } from '../../core/errors/publish-errors.js';
import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import { monotonic } from './monotonic.js';

/** Publications that are sent in one call. The call is idempotent. */
export interface Parcel {
  readonly publications: readonly Publication[];
  /** the index of each in the caller's list */
  readonly places: readonly number[];
  /** `sent`: the call may have reached the server; its answer was lost */
  state: 'unsent' | 'sent' | 'arrived';
}

/** The engine's knowledge of its parcels. */
export interface ParcelFates<P extends Parcel> {
  /** ms for which a lost call is remembered; the server remembers it at least as long */
  readonly remembered: number;
  /** Asks the server whether the call arrived, and sets the parcel's state: `arrived`, or `unsent` if it never will. */
  lookUp(parcel: P, deadline: number): Promise<void>;
  /** Whether the server answered that the unique key of a publication held it back. */
  isHeldBack(parcel: P, at: number): boolean;
}

/** Remembers calls whose answers were lost, and looks up whether they arrived when their ids are published again. */
export class UncertainParcels<P extends Parcel> {
  readonly #byId = new Map<string, { readonly parcel: P; readonly until: number }>();

  constructor(private readonly fates: ParcelFates<P>) {}

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** Writes the receipts of ids that an earlier, uncertain call has published. */
  async writeArrived(publications: readonly Publication[], receipts: PublishReceipt[], deadline: number): Promise<void> {
    this.#dropOld();
    const asked = new Set<P>();
    for (const { id } of publications) {
      const parcel = this.#byId.get(id)?.parcel;
      if (parcel?.state === 'sent') asked.add(parcel);
    }
    await Promise.all([...asked].map((parcel) => this.hasArrived(parcel, deadline)));
    publications.forEach(({ id }, place) => {
      if (this.#byId.get(id)?.parcel.state === 'arrived') receipts[place] = { id, deduplicated: true };
    });
  }

  /** Looks up the fate of a parcel. Publications that did not get in are forgotten: the next publish of their ids is a new one. */
  async hasArrived(parcel: P, deadline: number): Promise<boolean> {
    await this.fates.lookUp(parcel, deadline);
    parcel.publications.forEach(({ id }, at) => {
      if (!this.#isIn(parcel, at) && this.#byId.get(id)?.parcel === parcel) this.#byId.delete(id);
    });
    return parcel.state === 'arrived';
  }

  /** Remembers parcels of which at least one failed. @returns the error for the caller; null if nothing was sent */
  remember(parcels: readonly P[], cause: unknown): PublishUncertainError | null {
    const sent = parcels.filter(({ state }) => state !== 'unsent');
    if (sent.length === 0) return null;
    const until = monotonic() + this.fates.remembered;
    for (const parcel of sent) {
      parcel.publications.forEach(({ id }, at) => {
        // Deleted first, so that the map stays in the order of `until`.
        this.#byId.delete(id);
        if (this.#isIn(parcel, at)) this.#byId.set(id, { parcel, until });
      });
    }
    const unknown = parcels.filter(({ state }) => state !== 'arrived').flatMap(({ publications }) => publications);
    return new PublishUncertainError(unknown.map(({ id }) => id), { cause }); // prettier-ignore
  }

  /** Whether a publication got in, or may have. */
  #isIn(parcel: P, at: number): boolean {
    return parcel.state !== 'unsent' && !this.fates.isHeldBack(parcel, at);
  }

  #dropOld(): void {
    const now = monotonic();
    for (const [id, { until }] of this.#byId) {
      if (until > now) return;
      this.#byId.delete(id);
    }
  }
}
