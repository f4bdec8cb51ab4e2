/** The header with the name of the schedule that sent a run, as in Celery. */
export const SCHEDULE_NAME_HEADER = 'periodicTaskName';
/** The header with the tick of a run, in epoch ms. */
export const TICK_HEADER = 'scheduledAt';
