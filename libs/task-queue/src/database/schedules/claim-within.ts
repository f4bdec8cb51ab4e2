import { HISTORY_KEPT, type StoredSchedule, type TickRecord } from '../../core/ports/stores/stored-schedule.js';
import type { ClaimReceipt, RunOutOfTurn, TurnClaim } from '../../core/ports/stores/schedule-store.js';
import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';
import { mayTake, runOutOfTurn, takeTurn, type TurnChange } from '../../core/policies/take-turn.js';
import type { ScheduleDatabase } from './schedule-database.js';
import { readRow, type ScheduleRow } from './schedule-row.js';
import type { ScheduleStatements } from './schedule-statements.js';

/** Takes turns within a transaction. Schedules that another beat is at are left to it: nobody waits. */
export async function claimWithin(
  session: TransactionSession,
  claims: readonly TurnClaim[],
  statements: ScheduleStatements,
  database: ScheduleDatabase,
): Promise<ClaimReceipt[]> {
  const ids = [...new Set(claims.map(({ schedule }) => schedule))];
  const { rows } = await session.query<ScheduleRow>(statements.lockFree, [ids]);
  const now = await nowOf(session, statements, database);
  const ledger = new Ledger(rows);
  const receipts = new Array<ClaimReceipt>(claims.length);
  for (let left = [...claims.keys()]; left.length > 0;) {
    const { taken, later } = nextRound(left, claims, ledger, now, receipts);
    const published = await publish(session, taken.flatMap(({ publication }) => publication ?? []), database); // prettier-ignore
    let at = 0;
    for (const { place, publication } of taken) {
      const receipt = publication === undefined ? undefined : published[at++]!;
      const { schedule, turn } = claims[place]!;
      if (receipt !== undefined) ledger.change(takeTurn(ledger.get(schedule)!, turn, receipt, now));
      receipts[place] = { taken: true, ...(receipt && { published: receipt }) };
    }
    left = later;
  }
  await ledger.write(session, statements, now);
  return receipts;
}

/** @throws whatever a publish throws */
export async function fireWithin(
  session: TransactionSession,
  schedule: StoredSchedule,
  runs: readonly RunOutOfTurn[],
  statements: ScheduleStatements,
  database: ScheduleDatabase,
): Promise<PublishReceipt[]> {
  const { rows } = await session.query<ScheduleRow>(statements.get, [schedule.id]);
  const now = await nowOf(session, statements, database);
  const ledger = new Ledger(rows);
  const receipts = await publish(session, runs.map(({ publication }) => publication), database); // prettier-ignore
  runs.forEach((run, at) => {
    const change = runOutOfTurn(ledger.get(schedule.id)!, run, receipts[at]!, now);
    if (change !== null) ledger.change(change);
  });
  await ledger.write(session, statements, now);
  return receipts;
}

interface Taken {
  readonly place: number;
  readonly publication?: Publication;
}

/** Of each schedule, its next claim: what comes after it depends on what becomes of it. */
function nextRound(left: readonly number[], claims: readonly TurnClaim[], ledger: Ledger, now: number, receipts: ClaimReceipt[]) {
  const taken: Taken[] = [];
  const later: number[] = [];
  const busy = new Set<string>();
  for (const place of left) {
    const claim = claims[place]!;
    if (busy.has(claim.schedule)) {
      later.push(place);
      continue;
    }
    const schedule = ledger.get(claim.schedule);
    const run = claim.turn.kind === 'advance' ? claim.turn.run : undefined;
    if (!mayTake(schedule, claim)) receipts[place] = { taken: false };
    else if (run === undefined) {
      ledger.change(takeTurn(schedule, claim.turn, undefined, now));
      taken.push({ place });
    } else {
      busy.add(claim.schedule);
      taken.push({ place, publication: run.publication });
    }
  }
  return { taken, later };
}

/** The schedules of a transaction as its claims leave them, written at its end. */
class Ledger {
  readonly #schedules = new Map<string, StoredSchedule>();
  readonly #lines = new Map<string, Omit<TickRecord, 'seq'>[]>();
  readonly #ticks = new Map<string, number>();

  constructor(rows: readonly ScheduleRow[]) {
    for (const row of rows) {
      this.#schedules.set(row.id, readRow(row));
      this.#ticks.set(row.id, row.ticks);
    }
  }

  get(id: string): StoredSchedule | undefined {
    return this.#schedules.get(id);
  }

  change({ schedule, lines }: TurnChange): void {
    this.#schedules.set(schedule.id, schedule);
    this.#lines.set(schedule.id, [...(this.#lines.get(schedule.id) ?? []), ...lines]);
  }

  async write(session: TransactionSession, statements: ScheduleStatements, now: number): Promise<void> {
    const changed = [...this.#lines.keys()].map((id) => this.#schedules.get(id)!);
    if (changed.length === 0) return;
    const lines = [...this.#lines].flatMap(([schedule, own]) =>
      own.map((line, index) => ({ schedule, seq: this.#ticks.get(schedule)! + index + 1, ...line })),
    );
    const ticks = changed.map(({ id }) => this.#ticks.get(id)! + this.#lines.get(id)!.length);
    await session.query(statements.writeTurns, [...turnColumns(changed), ticks, now]);
    if (lines.length > 0) await session.query(statements.writeTicks, [...tickColumns(lines), HISTORY_KEPT]);
  }
}

function turnColumns(schedules: readonly StoredSchedule[]): unknown[][] {
  const column = (read: (schedule: StoredSchedule) => unknown) => schedules.map(read);
  return [
    column(({ id }) => id),
    column(({ enabled }) => enabled),
    column(({ version }) => version),
    column(({ disabledBecause }) => disabledBecause),
    column(({ broken }) => broken),
    column(({ nextRunAt }) => nextRunAt),
    column(({ wakeAt }) => wakeAt),
    column(({ lastTick }) => lastTick),
    column(({ lastRunAt }) => lastRunAt),
    column(({ lastRunId }) => lastRunId),
    column(({ totalRunCount }) => totalRunCount),
  ];
}

function tickColumns(lines: readonly (TickRecord & { readonly schedule: string })[]): unknown[][] {
  return [
    lines.map(({ schedule }) => schedule),
    lines.map(({ seq }) => seq),
    lines.map(({ tick }) => tick),
    lines.map(({ at }) => at),
    lines.map(({ cause }) => cause),
    lines.map(({ outcome }) => outcome),
    lines.map(({ runId }) => runId),
    lines.map(({ count }) => count),
  ];
}

async function publish(
  session: TransactionSession,
  publications: readonly Publication[],
  database: ScheduleDatabase,
): Promise<PublishReceipt[]> {
  if (publications.length === 0) return [];
  return database.publishing.publishWithin(session, publications, { timeout: database.lockTimeout });
}

async function nowOf(session: TransactionSession, { now }: ScheduleStatements, { shift }: ScheduleDatabase): Promise<number> {
  const { rows } = await session.query<{ now: number }>(now, [shift()]);
  return rows[0]!.now;
}
