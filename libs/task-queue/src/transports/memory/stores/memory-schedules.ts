import { ScheduleNotFoundError } from '../../../core/errors/schedule-errors.js';
import { matchesFilter } from '../../../core/policies/schedule-changes.js';
import { mayTake, runOutOfTurn, takeTurn } from '../../../core/policies/take-turn.js';
import { readHistoryCursor } from '../../../core/ports/stores/history-cursor.js';
import type {
  ClaimReceipt,
  CodeSchedule,
  DueSchedules,
  HistoryPage,
  HistoryPaging,
  NewSchedule,
  RunOutOfTurn,
  ScheduleListing,
  SchedulePage,
  ScheduleStore,
  SyncReport,
  TurnClaim,
} from '../../../core/ports/stores/schedule-store.js';
import type { Publication, PublishReceipt } from '../../../core/ports/broker/publication.js';
import type { ScheduleDefinition, StoredSchedule } from '../../../core/ports/stores/stored-schedule.js';
import { checkPublication } from '../../shared/check-publication.js';
import type { MemorySession } from '../memory-session.js';

/** The schedules of one session's shared store. Like its messages, they do not survive the process. */
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
    return runs.map((run) => {
      const receipt = this.publish(run.publication, now);
      const change = runOutOfTurn(shelf.get(id)!, run, receipt, now);
      if (change) shelf.change(change);
      return receipt;
    });
  }

  async history(id: string, { limit, cursor }: HistoryPaging): Promise<HistoryPage> {
    const before = readHistoryCursor(cursor) ?? Infinity;
    const ticks = this.shelf('Reading history').ticks(id);
    const older = ticks.filter(({ seq }) => seq < before).reverse();
    const page = older.slice(0, limit);
    return { ticks: page, next: older.length > limit ? String(page.at(-1)!.seq) : null };
  }

  async syncCode(owner: string, schedules: readonly CodeSchedule[]): Promise<SyncReport> {
    return this.shelf('Storing schedules').syncCode(owner, schedules, this.session.now());
  }

  private claimOne(claim: TurnClaim): ClaimReceipt {
    const shelf = this.shelf('Claiming a tick');
    const now = this.session.now();
    const schedule = shelf.get(claim.schedule);
    if (!mayTake(schedule, claim)) return { taken: false };
    const run = claim.turn.kind === 'advance' ? claim.turn.run : undefined;
    const published = run && this.publish(run.publication, now);
    shelf.change(takeTurn(schedule, claim.turn, published, now));
    return { taken: true, ...(published && { published }) };
  }

  private publish(publication: Publication, now: number): PublishReceipt {
    checkPublication(publication);
    return this.session.store('Publishing').publish(publication, this.session.options.dedupRetention, now);
  }

  private shelf(purpose: string) {
    return this.session.store(purpose).schedules;
  }
}
