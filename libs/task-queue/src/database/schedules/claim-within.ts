import { HISTORY_KEPT, type StoredSchedule, type TickRecord } from '../../core/ports/stores/stored-schedule.js';
import type { ClaimReceipt, RunOutOfTurn, TurnClaim } from '../../core/ports/stores/schedule-store.js';
import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';
import { mayTake, runOutOfTurn, takeTurn, type TurnChange } from '../../core/policies/take-turn.js';
import type { ScheduleDatabase } from './schedule-database.js';
import { readRow, type ScheduleRow } from './schedule-row.js';
import type { ScheduleStatements } from './schedule-statements.js';

/** Claims turns within a transaction. It skips schedules that another beat has locked, instead of waiting for them. */
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

/** @throws any error of `publishWithin` */
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

/** The next claim of each schedule. Later claims of a schedule depend on the result of this one. */
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

/** The schedules of a transaction as its claims change them. The changes are written at its end. */
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
    await session.query(statements.writeTurns, [...lists(changed, TURN_FIELDS), ticks, now]);
    if (lines.length > 0) await session.query(statements.writeTicks, [...lists(lines, TICK_FIELDS), HISTORY_KEPT]);
  }
}

/** The fields that `writeTurns` takes, each as a list. */
const TURN_FIELDS = [
  'id',
  'enabled',
  'version',
  'disabledBecause',
  'broken',
  'nextRunAt',
  'wakeAt',
  'lastTick',
  'lastRunAt',
  'lastRunId',
  'totalRunCount',
] as const;

/** The fields that `writeTicks` takes, each as a list. */
const TICK_FIELDS = ['schedule', 'seq', 'tick', 'at', 'cause', 'outcome', 'runId', 'count'] as const;

function lists<T>(items: readonly T[], fields: readonly (keyof T)[]): unknown[][] {
  return fields.map((field) => items.map((item) => item[field]));
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
