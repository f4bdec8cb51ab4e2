export { describeSchedule } from './describe-schedule.js';
export type { ExclusionInput } from './exclusions.js';
export { firstTick, nextTick, ticksBetween, type TickOptions } from './next-tick.js';
export { SOLAR_EVENTS, type DateRange, type DayMatching, type ExclusionCalendar, type GapPolicy, type OverlapPolicy } from './schedule.js';
export { scheduleKey } from './schedule-key.js';
export { toSchedule, type ScheduleInput, type SolarInput } from './to-schedule.js';
