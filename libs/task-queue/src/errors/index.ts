export * from './error-codes.js';
export * from './task-queue-error.js';
export * from './option-errors.js';
export * from './boot-errors.js';
export * from './publish-errors.js';
export * from './call-errors.js';
export * from './run-errors.js';
export * from './result-errors.js';
