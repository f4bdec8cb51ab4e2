import { cron } from 'nestjs-task-queue';

const timezone = 'Europe/Berlin';

/** On the day without 02:30: at 03:00. On the day with two: the first time. */
export const report = cron('30 2 * * *', { timezone });

/** Not at all on the first day, twice on the second. */
export const strict = cron('30 2 * * *', { timezone, gap: 'skip', overlap: 'twice' });
