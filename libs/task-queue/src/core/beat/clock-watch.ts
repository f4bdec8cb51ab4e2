import type { TaskLogger } from '../ports/runtime/logger.js';
import type { ScheduleStore } from '../ports/stores/schedule-store.js';
import type { TurnMaker } from './turn-maker.js';

/** ms by which a clock may be set back without a word */
const TOLERANCE = 1_000;
const BATCH = 200;
/** Maximum number of schedules that the log names. */
const MAX_NAMED = 10;

/** Notices that the store's clock went back. Schedules then wait for ticks that were found by its later time, and are silent until then. */
export class ClockWatch {
  #last = -Infinity;

  constructor(private readonly deps: { readonly store: ScheduleStore; readonly turns: TurnMaker; readonly logger: TaskLogger }) {}

  /** @param now epoch ms by the store's clock */
  async see(now: number): Promise<void> {
    const back = this.#last - now;
    this.#last = now;
    if (back <= TOLERANCE) return;
    const waiting = await this.#waiting(now);
    this.deps.logger.warn(
      "the store's clock went back: schedules that were due in between are silent until it has caught up. Disable and enable them",
      { back, schedules: waiting.slice(0, MAX_NAMED), count: waiting.length },
    );
  }

  /** The names of schedules whose next tick is later than by the calendar. */
  async #waiting(now: number): Promise<string[]> {
    const { store, turns } = this.deps;
    const names: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await store.list({ limit: BATCH, filter: { enabled: true }, ...(cursor !== undefined && { cursor }) });
      names.push(...page.schedules.filter((schedule) => turns.isAhead(schedule, now)).map(({ name }) => name));
      if (page.next === null) return names;
      cursor = page.next;
    }
  }
}
