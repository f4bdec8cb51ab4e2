import { ScheduleNameTakenError, ScheduleNotFoundError, StaleScheduleError } from '../../../core/errors/schedule-errors.js';
import * as changes from '../../../core/policies/schedule-changes.js';
import type { TurnChange } from '../../../core/policies/take-turn.js';
import { HISTORY_KEPT, type ScheduleDefinition, type StoredSchedule, type TickRecord } from '../../../core/ports/stores/stored-schedule.js';
import type { CodeSchedule, NewSchedule, SyncReport } from '../../../core/ports/stores/schedule-store.js';
import { DueHeap, type Due } from '../queue/due-heap.js';

interface Shelved extends Due {
  schedule: StoredSchedule;
  ticks: TickRecord[];
  seq: number;
  digest: string;
}

/** The schedules of one store. Every method is one synchronous step. */
export class ScheduleShelf {
  private readonly byId = new Map<string, Shelved>();
  private readonly byName = new Map<string, Shelved>();
  private readonly waking = new DueHeap<Shelved>();

  /** By name. */
  all(): StoredSchedule[] {
    const schedules = [...this.byId.values()].map(({ schedule }) => schedule);
    return schedules.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(id: string): StoredSchedule | undefined {
    return this.byId.get(id)?.schedule;
  }

  create(schedule: NewSchedule, now: number): StoredSchedule {
    return this.add(changes.newSchedule(schedule, null, now), '');
  }

  replace(id: string, version: number | null, definition: ScheduleDefinition, now: number): StoredSchedule {
    const found = this.find(id, version);
    this.refuseTaken(definition.name, found);
    return this.write(found, changes.replaced(found.schedule, definition, now));
  }

  remove(id: string, version: number | null): void {
    this.drop(this.find(id, version));
  }

  setEnabled(ids: readonly string[], enabled: boolean, now: number): number {
    const found = [...new Set(ids)].flatMap((id) => this.byId.get(id) ?? []);
    const others = found.filter(({ schedule }) => !changes.isSo(schedule, enabled));
    for (const one of others) this.write(one, changes.enabledOrNot(one.schedule, enabled, now));
    return others.length;
  }

  /** The due schedules, and the instant of the next one. */
  due(limit: number, now: number): { readonly schedules: StoredSchedule[]; readonly nextAt: number | null } {
    const taken: Shelved[] = [];
    for (let head = this.waking.peek(); head && head.at <= now && taken.length < limit; head = this.waking.peek()) {
      this.waking.remove(head);
      taken.push(head);
    }
    const nextAt = this.waking.peek()?.at ?? null;
    for (const one of taken) this.waking.push(one, one.schedule.wakeAt!);
    return { schedules: taken.map(({ schedule }) => schedule), nextAt };
  }

  /** Writes a schedule after a turn, and the new lines of its history. */
  change({ schedule, lines }: TurnChange): void {
    const found = this.find(schedule.id, null);
    this.write(found, schedule);
    found.ticks.push(...lines.map((line) => ({ seq: ++found.seq, ...line })));
    if (found.ticks.length >= 2 * HISTORY_KEPT) found.ticks = found.ticks.slice(-HISTORY_KEPT);
  }

  /** Oldest first. */
  ticks(id: string): readonly TickRecord[] {
    return this.byId.get(id)?.ticks ?? [];
  }

  syncCode(owner: string, schedules: readonly CodeSchedule[], now: number): SyncReport {
    const keys = new Map(schedules.map((one) => [one.key, one]));
    const own = [...this.byId.values()].filter(({ schedule }) => schedule.source === 'code' && schedule.owner === owner);
    const known = new Map(own.map((one) => [one.schedule.key, one]));
    for (const { definition } of schedules) {
      const holder = this.byName.get(definition.name);
      if (holder && !own.includes(holder)) throw new ScheduleNameTakenError(definition.name);
    }
    const vanished = own.filter(({ schedule }) => !keys.has(schedule.key!));
    for (const one of vanished) this.drop(one);
    const changed = schedules.filter(({ key, digest }) => known.has(key) && known.get(key)!.digest !== digest);
    // Schedules may have exchanged names, so all names are freed before any is taken.
    for (const { key } of changed) this.byName.delete(known.get(key)!.schedule.name);
    for (const one of changed) {
      const found = known.get(one.key)!;
      found.digest = one.digest;
      this.write(found, changes.replacedByCode(found.schedule, one, now));
    }
    const fresh = schedules.filter(({ key }) => !known.has(key));
    for (const one of fresh) this.add(changes.newSchedule(one, { owner, key: one.key }, now), one.digest);
    return { created: fresh.length, changed: changed.length, removed: vanished.length };
  }

  private add(schedule: StoredSchedule, digest: string): StoredSchedule {
    this.refuseTaken(schedule.name);
    const shelved: Shelved = { schedule, ticks: [], seq: 0, digest, at: 0, order: 0, slot: -1 };
    this.byId.set(schedule.id, shelved);
    return this.write(shelved, schedule);
  }

  private write(shelved: Shelved, schedule: StoredSchedule): StoredSchedule {
    if (this.byName.get(shelved.schedule.name) === shelved) this.byName.delete(shelved.schedule.name);
    this.byName.set(schedule.name, shelved);
    shelved.schedule = Object.freeze(schedule);
    if (shelved.slot >= 0) this.waking.remove(shelved);
    if (schedule.wakeAt !== null) this.waking.push(shelved, schedule.wakeAt);
    return shelved.schedule;
  }

  private drop(shelved: Shelved): void {
    this.byId.delete(shelved.schedule.id);
    this.byName.delete(shelved.schedule.name);
    if (shelved.slot >= 0) this.waking.remove(shelved);
  }

  private find(id: string, version: number | null): Shelved {
    const found = this.byId.get(id);
    if (!found) throw new ScheduleNotFoundError(id);
    if (version !== null && found.schedule.version !== version) throw new StaleScheduleError(id, version, found.schedule.version);
    return found;
  }

  private refuseTaken(name: string, self?: Shelved): void {
    const holder = this.byName.get(name);
    if (holder && holder !== self) throw new ScheduleNameTakenError(name);
  }
}
