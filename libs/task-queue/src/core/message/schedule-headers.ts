/** The header that tells a run which schedule sent it, as Celery's. */
export const SCHEDULE_NAME_HEADER = 'periodicTaskName';
/** The header that tells a run for which moment it was sent, in epoch ms. */
export const TICK_HEADER = 'scheduledAt';
