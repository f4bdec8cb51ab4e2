import { cron } from 'nestjs-task-queue';

const timezone = 'Europe/Berlin';

/** On the day on which 02:30 does not exist: at 03:00. On the day on which it comes twice: the first time. */
export const report = cron('30 2 * * *', { timezone });

/** Not at all on the one day, twice on the other. */
export const strict = cron('30 2 * * *', { timezone, gap: 'skip', overlap: 'twice' });
