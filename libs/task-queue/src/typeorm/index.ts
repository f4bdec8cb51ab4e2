export { EntityById } from './entity-by-id.decorator.js';
export type { EntityByIdOptions } from './entity-by-id.pipe.js';
export { Tx } from './tx.decorator.js';
export { taskQueueMigrations } from './task-queue-migrations.js';
