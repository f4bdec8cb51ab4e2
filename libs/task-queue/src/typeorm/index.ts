export { EntityById, type EntityByIdOptions } from './entity-by-id.js';
export { FailedTaskEntity } from '../database/results/failed-task.js';
export { TaskResultEntity } from '../database/results/task-result.js';
export { taskResultEntities, type ResultEntitiesOptions } from '../database/results/entities.js';
export { TaskResults, type FailedTaskSearch, type TaskResultSearch } from './task-results.js';
export type { Found } from '../database/results/search.js';
export { Tx } from './tx.decorator.js';
export { taskQueueMigrations } from './task-queue-migrations.js';
export {
  ClockedScheduleEntity,
  CrontabScheduleEntity,
  IntervalScheduleEntity,
  PeriodicTaskEntity,
  scheduleEntities,
  SolarScheduleEntity,
  type ScheduleEntitiesOptions,
} from '../database/schedules/entities.js';
export { auditEntities, AuditRecordEntity, type AuditEntitiesOptions } from '../database/audit/entities.js';
