export { describeSchedule } from './describe-schedule.js';
export { firstTick, nextTick, ticksBetween, type TickOptions } from './next-tick.js';
export { scheduleKey } from './schedule-key.js';
export { toSchedule, type ScheduleInput, type SolarInput } from './to-schedule.js';
