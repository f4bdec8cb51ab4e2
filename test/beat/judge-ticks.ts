import type { StoredSchedule } from '../../libs/task-queue/src/core/ports/stores/stored-schedule.js';
import type { Ran } from './support.js';

export interface TickVerdict {
  readonly ticksExpected: number;
  readonly ticksFired: number;
  readonly doubled: number;
  readonly lost: number;
  /** what else is wrong, in words */
  readonly wrong: readonly string[];
}

/** Each interval's ticks from its making to its last one, by arithmetic of our own, beside what was sent and what the store counted. */
export function judgeTicks(schedules: readonly StoredSchedule[], ran: readonly Ran[]): TickVerdict {
  const sent = new Map<string, number[]>();
  for (const { schedule, tick } of ran) sent.set(schedule, [...(sent.get(schedule) ?? []), tick]);
  const sum = { ticksExpected: 0, ticksFired: 0, doubled: 0, lost: 0 };
  const wrong: string[] = [];
  for (const { name, since, lastTick, totalRunCount, schedule } of schedules) {
    const { every } = schedule as { every: number };
    const expected = new Set<number>();
    for (let tick = (Math.floor(since / every) + 1) * every; tick <= (lastTick ?? 0); tick += every) expected.add(tick);
    const ticks = sent.get(name) ?? [];
    const distinct = new Set(ticks);
    sum.ticksExpected += expected.size;
    sum.ticksFired += distinct.size;
    sum.doubled += ticks.length - distinct.size;
    sum.lost += [...expected].filter((tick) => !distinct.has(tick)).length;
    const odd = [...distinct].filter((tick) => !expected.has(tick));
    if (odd.length > 0) wrong.push(`${name} was sent for ${odd.length} moments that are no ticks of it, such as ${odd[0]}`);
    if (totalRunCount !== expected.size) wrong.push(`${name} counts ${totalRunCount} runs, and had ${expected.size} ticks`);
  }
  return { ...sum, wrong };
}
