import { TaskQueueError } from './task-queue-error.js';

/** The tables of the task queue do not exist. */
export class SchemaMissingError extends TaskQueueError {
  readonly code = 'SCHEMA_MISSING';
  constructor(what: string) {
    super(`${what}. Create the tables of the task queue with: npx tasks migrate`);
  }
}

/** The tables are older than this version of the package. */
export class SchemaOutdatedError extends TaskQueueError {
  readonly code = 'SCHEMA_OUTDATED';
  constructor(
    readonly schema: string,
    readonly pending: readonly string[],
  ) {
    super(
      `The tables in schema '${schema}' are older than this version of nestjs-task-queue: ${pending.join(', ')} ` +
        `${pending.length === 1 ? 'is' : 'are'} missing. Run: npx tasks migrate`,
    );
  }
}

/** The tables were migrated by a newer version of the package than this one. */
export class SchemaNewerError extends TaskQueueError {
  readonly code = 'SCHEMA_NEWER';
  constructor(
    readonly schema: string,
    readonly unknown: readonly string[],
  ) {
    super(
      `The tables in schema '${schema}' are newer than this version of nestjs-task-queue: it does not know ${unknown.join(', ')}. ` +
        `Run the version that migrated them (npm install nestjs-task-queue@latest): migrations cannot be reverted.`,
    );
  }
}

/** A migration failed and was rolled back. */
export class MigrationFailedError extends TaskQueueError {
  readonly code = 'MIGRATION_FAILED';
  constructor(
    readonly migration: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`Migration '${migration}' failed, and nothing was changed: ${why}.`, options);
  }
}
