import { ScheduleNameTakenError, ScheduleNotFoundError, StaleScheduleError } from '../../../core/errors/schedule-errors.js';
import { matchesFilter } from '../../../core/policies/schedule-changes.js';
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
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import { encodePublication } from '../publish/publication-code.js';
import { readPublishAnswer } from '../publish/publish-answer.js';
import type { RedisContext } from '../redis-context.js';
import { checkPublication } from '../../shared/check-publication.js';
import { encodeDefinition, flagOf, readSchedule, readTick } from './schedule-code.js';
import type { ScriptName } from '../connection/scripts.js';

type EditAnswer = ['ok', string[]] | ['taken'] | ['missing'] | ['stale', string];

const LIST_BATCH = 200;

/** Keeps each schedule as a hash, and the ids of active schedules in the order of their turns. */
export class RedisSchedules implements ScheduleStore {
  readonly capabilities = { name: 'redis', tellsHeld: true } as const;

  constructor(private readonly context: RedisContext) {}

  async list({ limit, cursor = '', filter = {} }: ScheduleListing): Promise<SchedulePage> {
    const schedules: StoredSchedule[] = [];
    for (let after = cursor; ;) {
      const batch = await this.#read(['after', after, String(LIST_BATCH)]);
      for (const one of batch) {
        if (!matchesFilter(one, filter)) continue;
        if (schedules.length === limit) return { schedules, next: schedules.at(-1)!.name };
        schedules.push(one);
      }
      if (batch.length < LIST_BATCH) return { schedules, next: null };
      after = batch.at(-1)!.name;
    }
  }

  async get(id: string): Promise<StoredSchedule | null> {
    return (await this.#read(['id', id]))[0] ?? null;
  }

  create({ id, definition }: NewSchedule): Promise<StoredSchedule> {
    return this.#put('Making a schedule', id, definition, '');
  }

  replace(id: string, version: number | null, definition: ScheduleDefinition): Promise<StoredSchedule> {
    return this.#put('Editing a schedule', id, definition, String(version ?? '*'));
  }

  async remove(id: string, version: number | null): Promise<void> {
    const answer = await this.#ask('Removing a schedule', 'removeSchedule', [id, String(version ?? '*')]);
    refuse(answer as EditAnswer, id, version, '');
  }

  async setEnabled(ids: readonly string[], enabled: boolean): Promise<number> {
    let changed = 0;
    for (const some of chunks(ids)) {
      changed += Number(await this.#ask('Enabling schedules', 'enableSchedules', [this.context.offset(), flagOf(enabled), ...some]));
    }
    return changed;
  }

  async due(limit: number): Promise<DueSchedules> {
    const answer = await this.#ask('Looking for due schedules', 'dueSchedules', [this.context.offset(), String(limit)]);
    const [now, nextAt, ...found] = answer as [string, string, ...string[][]];
    return {
      now: Number(now),
      schedules: found.flatMap((flat) => readSchedule(flat) ?? []),
      nextAt: nextAt === '' ? null : Number(nextAt),
    };
  }

  /** Commands of one connection keep their order. */
  async claim(claims: readonly TurnClaim[]): Promise<ClaimReceipt[]> {
    for (const { turn } of claims) if (turn.kind === 'advance' && turn.run !== undefined) checkPublication(turn.run.publication);
    return Promise.all(claims.map((claim) => this.#claim(claim)));
  }

  async fire(id: string, runs: readonly RunOutOfTurn[]): Promise<PublishReceipt[]> {
    for (const { publication } of runs) checkPublication(publication);
    return Promise.all(runs.map((run) => this.#fire(id, run)));
  }

  async history(id: string, { limit, cursor }: HistoryPaging): Promise<HistoryPage> {
    const before = readHistoryCursor(cursor) ?? '';
    const lines = await this.#ask('Reading history', 'scheduleHistory', [id, String(before), String(limit + 1)]);
    const found = (lines as string[]).map(readTick);
    const ticks = found.slice(0, limit);
    return { ticks, next: found.length > limit ? String(ticks.at(-1)!.seq) : null };
  }

  async syncCode(owner: string, schedules: readonly CodeSchedule[]): Promise<SyncReport> {
    const args = schedules.flatMap(({ id, key, digest, definition }) => [id, key, digest, ...encodeDefinition(definition)]);
    const answer = await this.#ask('Storing schedules', 'syncSchedules', [this.context.offset(), owner, ...args]);
    const [verdict, ...counts] = answer as ['taken', string] | ['ok', number, number, number];
    if (verdict === 'taken') throw new ScheduleNameTakenError(String(counts[0]));
    const [created, changed, removed] = counts.map(Number);
    return { created: created!, changed: changed!, removed: removed! };
  }

  async #put(what: string, id: string, definition: ScheduleDefinition, expected: string): Promise<StoredSchedule> {
    const args = [this.context.offset(), id, ...encodeDefinition(definition), expected];
    const answer = (await this.#ask(what, 'putSchedule', args)) as EditAnswer;
    return readSchedule(refuse(answer, id, Number(expected), definition.name))!;
  }

  async #claim({ schedule, version, due, turn }: TurnClaim): Promise<ClaimReceipt> {
    const head = [this.context.offset(), schedule, String(version), String(due ?? ''), turn.kind];
    if (turn.kind !== 'advance') {
      return { taken: (await this.#send('claimTick', null, [...head, turn.reason])) !== 'lost' };
    }
    const { next, missed, run } = turn;
    const way = [String(next?.tick ?? ''), String(next?.wakeAt ?? ''), String(missed?.count ?? 0), String(missed?.last ?? '')];
    const sent = run === undefined ? ['', ''] : [String(run.tick), String(run.retryAfter ?? '')];
    const answer = await this.#send('claimTick', run?.publication ?? null, [...head, ...way, ...sent]);
    if (answer === 'lost') return { taken: false };
    return run === undefined ? { taken: true } : { taken: true, published: readPublishAnswer(answer, [run.publication])[0]! };
  }

  async #fire(id: string, { tick, cause, publication }: RunOutOfTurn): Promise<PublishReceipt> {
    const answer = await this.#send('fireSchedule', publication, [this.context.offset(), id, String(tick), cause]);
    if (answer === 'missing') throw new ScheduleNotFoundError(id);
    return readPublishAnswer(answer, [publication])[0]!;
  }

  /** Idempotent: a claimed turn is not claimed again, and a known id is not sent again. */
  async #send(script: ScriptName, publication: Publication | null, args: readonly string[]): Promise<string> {
    const { commands, keys, options } = this.context;
    const base = publication === null ? keys.schedules : keys.queue(publication.queue).base;
    const message =
      publication === null
        ? []
        : [publication.queue, String(options.dedupRetention), publication.id, publication.body, encodePublication(publication)];
    const names = [base, keys.queues, keys.revoked, keys.schedules];
    return String(await callStore(commands, 'Sending a scheduled task', script, names, [...args, ...message]));
  }

  async #read(args: readonly string[]): Promise<StoredSchedule[]> {
    const found = (await this.#ask('Reading schedules', 'readSchedules', args)) as string[][];
    return found.flatMap((flat) => readSchedule(flat) ?? []);
  }

  #ask(what: string, script: ScriptName, args: readonly string[]): Promise<unknown> {
    const { commands, keys } = this.context;
    return callStore(commands, what, script, [keys.schedules], args);
  }
}

/** @returns the fields of the changed schedule */
function refuse([verdict, detail]: EditAnswer, id: string, version: number | null, name: string): string[] {
  if (verdict === 'missing') throw new ScheduleNotFoundError(id);
  if (verdict === 'taken') throw new ScheduleNameTakenError(name);
  if (verdict === 'stale') throw new StaleScheduleError(id, version!, Number(detail));
  return detail as string[];
}
