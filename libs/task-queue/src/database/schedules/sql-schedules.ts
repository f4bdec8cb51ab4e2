import { ScheduleNameTakenError, ScheduleNotFoundError, StaleScheduleError } from '../../core/errors/schedule-errors.js';
import { replacedByCode } from '../../core/policies/schedule-changes.js';
import { readHistoryCursor } from '../../core/ports/stores/history-cursor.js';
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
} from '../../core/ports/stores/schedule-store.js';
import type { PublishReceipt } from '../../core/ports/broker/publication.js';
import type { ScheduleDefinition, StoredSchedule, TickRecord } from '../../core/ports/stores/stored-schedule.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';
import { claimWithin, fireWithin } from './claim-within.js';
import { DEFINED, kindRow, readRow, type ScheduleRow } from './schedule-row.js';
import { scheduleStatements, type ScheduleStatements } from './schedule-statements.js';
import type { ScheduleDatabase } from './schedule-database.js';

const UNIQUE_VIOLATION = '23505';

/**
 * Keeps schedules in tables of PostgreSQL. The database is the transport's, which also has the messages, or the application's beside
 * any broker; then the messages go through the outbox. A turn and its message are one transaction.
 */
export class SqlSchedules implements ScheduleStore {
  readonly capabilities;
  readonly #statements: ScheduleStatements;

  constructor(
    private readonly database: ScheduleDatabase,
    schema: string,
  ) {
    this.capabilities = { name: database.name, tellsHeld: database.tellsHeld };
    this.#statements = scheduleStatements(schema);
  }

  async list({ limit, cursor = '', filter = {} }: ScheduleListing): Promise<SchedulePage> {
    const { name, search, task, queue, enabled, source, broken } = filter;
    const asked = [name, search, task, queue, enabled, source, broken].map((value) => value ?? null);
    const found = await this.#read(this.#statements.list, [cursor, limit + 1, ...asked]);
    const schedules = found.slice(0, limit);
    return { schedules, next: found.length > limit ? schedules.at(-1)!.name : null };
  }

  async get(id: string): Promise<StoredSchedule | null> {
    return (await this.#read(this.#statements.get, [id]))[0] ?? null;
  }

  create({ id, definition }: NewSchedule): Promise<StoredSchedule> {
    return this.#edit('Making a schedule', definition.name, async (session) => {
      await this.#refuseTaken(session, definition.name, id);
      await this.#insert(session, id, definition, ['api', null, null, null]);
      return this.#find(session, id);
    });
  }

  replace(id: string, version: number | null, definition: ScheduleDefinition): Promise<StoredSchedule> {
    return this.#edit('Editing a schedule', definition.name, async (session) => {
      const stored = await this.#lock(session, id, version);
      await this.#refuseTaken(session, definition.name, id);
      await this.#update(session, id, definition, definition.enabled ? null : stored.disabledBecause, null);
      return this.#find(session, id);
    });
  }

  async remove(id: string, version: number | null): Promise<void> {
    await this.#edit('Removing a schedule', id, async (session) => {
      await this.#lock(session, id, version);
      await session.query(this.#statements.remove, [[id]]);
    });
  }

  async setEnabled(ids: readonly string[], enabled: boolean): Promise<number> {
    return this.#edit('Enabling schedules', '', async (session) => {
      // In the order of their ids, as all statements lock them.
      const { rows } = await session.query<ScheduleRow>(this.#statements.lock, [ids]);
      const others = rows.filter((row) => row.enabled !== enabled || (enabled && row.broken !== null));
      if (others.length > 0) await session.query(this.#statements.setEnabled, [others.map(({ id }) => id), enabled, this.database.shift()]);
      return others.length;
    });
  }

  async due(limit: number): Promise<DueSchedules> {
    const shift = this.database.shift();
    const schedules = await this.#read(this.#statements.due, [limit, shift]);
    const what = 'Looking for due schedules';
    const [when] = await this.database.query<{ now: number; nextAt: number | null }>(what, this.#statements.nextWake, [
      schedules.length,
      shift,
    ]);
    return { ...when!, schedules };
  }

  async claim(claims: readonly TurnClaim[]): Promise<ClaimReceipt[]> {
    if (claims.length === 0) return [];
    const { database } = this;
    return database.transaction('Sending scheduled tasks', (session) => claimWithin(session, claims, this.#statements, database));
  }

  async fire(id: string, runs: readonly RunOutOfTurn[]): Promise<PublishReceipt[]> {
    const { database } = this;
    return database.transaction('Running a schedule', async (session) => {
      const schedule = await this.#lock(session, id, null);
      return fireWithin(session, schedule, runs, this.#statements, database);
    });
  }

  async history(id: string, { limit, cursor }: HistoryPaging): Promise<HistoryPage> {
    const before = readHistoryCursor(cursor) ?? null;
    const found = await this.database.query<TickRecord>('Reading history', this.#statements.history, [id, before, limit + 1]);
    const ticks = found.slice(0, limit);
    return { ticks, next: found.length > limit ? String(ticks.at(-1)!.seq) : null };
  }

  async syncCode(owner: string, schedules: readonly CodeSchedule[]): Promise<SyncReport> {
    return this.#edit('Storing schedules', '', async (session) => {
      await session.query(this.#statements.lockOwner, [owner]);
      const { rows } = await session.query<ScheduleRow & { digest: string }>(this.#statements.ofOwner, [owner]);
      await this.#refuseOthers(session, schedules, rows);
      const known = new Map(rows.map((row) => [row.key!, row]));
      const keys = new Set(schedules.map(({ key }) => key));
      const vanished = rows.filter(({ key }) => !keys.has(key!));
      if (vanished.length > 0) await session.query(this.#statements.remove, [vanished.map(({ id }) => id)]);
      // A name may move from one schedule to another.
      await session.query(this.#statements.deferNames, []);
      const changed = schedules.filter(({ key, digest }) => known.has(key) && known.get(key)!.digest !== digest);
      for (const one of changed) await this.#change(session, known.get(one.key)!, one);
      const fresh = schedules.filter(({ key }) => !known.has(key));
      for (const { id, key, digest, definition } of fresh) await this.#insert(session, id, definition, ['code', owner, key, digest]);
      return { created: fresh.length, changed: changed.length, removed: vanished.length };
    });
  }

  async #change(session: TransactionSession, { digest: _, ...row }: ScheduleRow & { digest: string }, code: CodeSchedule): Promise<void> {
    const { enabled, disabledBecause } = replacedByCode(readRow(row), code, 0);
    await this.#update(session, row.id, { ...code.definition, enabled }, disabledBecause, code.digest);
  }

  async #insert(session: TransactionSession, id: string, definition: ScheduleDefinition, code: readonly unknown[]): Promise<void> {
    await session.query(this.#statements.create, [...(await this.#values(session, definition)), id, ...code, this.database.shift()]);
  }

  async #update(
    session: TransactionSession,
    id: string,
    definition: ScheduleDefinition,
    disabledBecause: string | null,
    digest: string | null,
  ): Promise<void> {
    await session.query(this.#statements.replace, [
      ...(await this.#values(session, definition)),
      id,
      disabledBecause,
      digest,
      this.database.shift(),
    ]);
  }

  /** The values of a definition's columns. Creates the row of its kind's own table if there is none. */
  async #values(session: TransactionSession, definition: ScheduleDefinition): Promise<unknown[]> {
    const { kind, columns, values } = kindRow(definition.schedule);
    const { rows } = await session.query<{ id: string }>(this.#statements.kind(kind, columns, values.length), values);
    return DEFINED.map(([, , read]) => read(definition, kind, rows[0]!.id));
  }

  /** @throws ScheduleNotFoundError · StaleScheduleError */
  async #lock(session: TransactionSession, id: string, version: number | null): Promise<StoredSchedule> {
    const { rows } = await session.query<ScheduleRow>(this.#statements.lock, [[id]]);
    if (rows[0] === undefined) throw new ScheduleNotFoundError(id);
    if (version !== null && rows[0].version !== version) throw new StaleScheduleError(id, version, rows[0].version);
    return readRow(rows[0]);
  }

  async #find(session: TransactionSession, id: string): Promise<StoredSchedule> {
    const { rows } = await session.query<ScheduleRow>(this.#statements.get, [id]);
    return readRow(rows[0]!);
  }

  /** @throws ScheduleNameTakenError */
  async #refuseTaken(session: TransactionSession, name: string, id: string): Promise<void> {
    const { rows } = await session.query(this.#statements.takenNames, [[name], [id]]);
    if (rows.length > 0) throw new ScheduleNameTakenError(name);
  }

  async #refuseOthers(session: TransactionSession, schedules: readonly CodeSchedule[], own: readonly ScheduleRow[]): Promise<void> {
    const names = schedules.map(({ definition }) => definition.name);
    const { rows } = await session.query<{ name: string }>(this.#statements.takenNames, [names, own.map(({ id }) => id)]);
    if (rows[0] !== undefined) throw new ScheduleNameTakenError(rows[0].name);
  }

  async #read(text: string, values: readonly unknown[]): Promise<StoredSchedule[]> {
    return (await this.database.query<ScheduleRow>('Reading schedules', text, values)).map(readRow);
  }

  /** The unique constraint finds a name that another transaction took meanwhile. */
  async #edit<T>(what: string, name: string, work: (session: TransactionSession) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(what, work);
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw new ScheduleNameTakenError(name);
      throw error;
    }
  }
}
