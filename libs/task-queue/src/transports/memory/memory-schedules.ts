import { ScheduleNotFoundError } from '../../errors/schedule-errors.js';
import { matchesFilter } from '../../policies/schedule-changes.js';
import type {
  ClaimReceipt,
  CodeSchedule,
  DueSchedules,
  HistoryPage,
  HistoryPaging,
  NewSchedule,
  Publication,
  PublishReceipt,
  RunOutOfTurn,
  ScheduleDefinition,
  ScheduleListing,
  SchedulePage,
  ScheduleStore,
  StoredSchedule,
  SyncReport,
  TurnClaim,
} from '../../ports/index.js';
import { checkPublication } from './check-publication.js';
import type { MemorySession } from './memory-session.js';

/** The schedules of one session's shared store. They are gone with the process, like what they send. */
export class MemorySchedules implements ScheduleStore {
  readonly capabilities = { name: 'memory', tellsHeld: true } as const;

  constructor(private readonly session: MemorySession) {}

  async list({ limit, cursor, filter = {} }: ScheduleListing): Promise<SchedulePage> {
    const all = this.shelf('Listing schedules').all();
    const matching = all.filter((one) => (cursor === undefined || one.name > cursor) && matchesFilter(one, filter));
    const schedules = matching.slice(0, limit);
    return { schedules, next: matching.length > limit ? schedules.at(-1)!.name : null };
  }

  async get(id: string): Promise<StoredSchedule | null> {
    return this.shelf('Reading a schedule').get(id) ?? null;
  }

  async create(schedule: NewSchedule): Promise<StoredSchedule> {
    return this.shelf('Making a schedule').create(schedule, this.session.now());
  }

  async replace(id: string, version: number | null, definition: ScheduleDefinition): Promise<StoredSchedule> {
    return this.shelf('Editing a schedule').replace(id, version, definition, this.session.now());
  }

  async remove(id: string, version: number | null): Promise<void> {
    this.shelf('Removing a schedule').remove(id, version);
  }

  async setEnabled(ids: readonly string[], enabled: boolean): Promise<number> {
    return this.shelf('Enabling schedules').setEnabled(ids, enabled, this.session.now());
  }

  async due(limit: number): Promise<DueSchedules> {
    const now = this.session.now();
    return { now, ...this.shelf('Looking for due schedules').due(limit, now) };
  }

  async claim(claims: readonly TurnClaim[]): Promise<ClaimReceipt[]> {
    this.shelf('Claiming a tick');
    return claims.map((claim) => this.claimOne(claim));
  }

  async fire(id: string, runs: readonly RunOutOfTurn[]): Promise<PublishReceipt[]> {
    const shelf = this.shelf('Running a schedule');
    if (!shelf.get(id)) throw new ScheduleNotFoundError(id);
    const now = this.session.now();
    return runs.map(({ tick, cause, publication }) => {
      const receipt = this.publish(publication, now);
      if (isNew(receipt)) shelf.sent(id, { tick, cause, runId: publication.id }, now);
      return receipt;
    });
  }

  async history(id: string, { limit, cursor }: HistoryPaging): Promise<HistoryPage> {
    const before = cursor === undefined ? Infinity : Number(cursor);
    const ticks = this.shelf('Reading history').ticks(id);
    const older = ticks.filter(({ seq }) => seq < before).reverse();
    const page = older.slice(0, limit);
    return { ticks: page, next: older.length > limit ? String(page.at(-1)!.seq) : null };
  }

  async syncCode(owner: string, schedules: readonly CodeSchedule[]): Promise<SyncReport> {
    return this.shelf('Storing schedules').syncCode(owner, schedules, this.session.now());
  }

  private claimOne({ schedule: id, version, due, turn }: TurnClaim): ClaimReceipt {
    const shelf = this.shelf('Claiming a tick');
    const now = this.session.now();
    if (!shelf.atTurn(id, version, due)) return { taken: false };
    if (turn.kind !== 'advance') {
      shelf.stop(id, turn.kind, turn.reason, now);
      return { taken: true };
    }
    const { run } = turn;
    if (run === undefined) {
      shelf.advance(id, turn, now);
      return { taken: true };
    }
    const published = this.publish(run.publication, now);
    const holder = holderOf(run.publication, published);
    if (holder !== null && run.retryAfter !== undefined) {
      shelf.putOff(id, now + run.retryAfter);
      return { taken: true, published };
    }
    if (holder === null) shelf.sent(id, { tick: run.tick, cause: 'schedule', runId: run.publication.id }, now);
    else shelf.held(id, run.tick, holder, now);
    shelf.advance(id, turn, now);
    return { taken: true, published };
  }

  private publish(publication: Publication, now: number): PublishReceipt {
    checkPublication(publication);
    return this.session.store('Publishing').publish(publication, this.session.options.dedupRetention, now);
  }

  private shelf(purpose: string) {
    return this.session.store(purpose).schedules;
  }
}

/** The run that holds it back; null = it went in, or had before. */
function holderOf({ id }: Publication, receipt: PublishReceipt): string | null {
  if (receipt.refused) return receipt.refused.holder;
  return receipt.id === id ? null : receipt.id;
}

function isNew({ deduplicated, refused }: PublishReceipt): boolean {
  return !deduplicated && refused === undefined;
}
