import type { MigrationInterface, QueryRunner } from 'typeorm';
import { MigrationFailedError } from '../core/errors/schema-errors.js';
import { migrateOne } from '../database/migrations/migrate.js';
import { ALL_MIGRATIONS } from '../database/migrations/migration.js';
import type { Migration, MigrationSession } from '../database/migrations/migration.js';

/** Earlier than any migration of an application: TypeORM orders migrations by the time in their names. */
const EPOCH = 1_600_000_000_000;

/**
 * The library's migrations for your own DataSource, instead of `npx tasks migrate`:
 * `migrations: [...taskQueueMigrations(), …yours]`. Both ways run the same migrations and skip those that the other has run.
 * @param options.schema `keyPrefix` of `TaskQueueModule.forRoot`; default 'tq'
 */
export function taskQueueMigrations({ schema = 'tq' }: { schema?: string } = {}): (new () => MigrationInterface)[] {
  return ALL_MIGRATIONS.map((migration) => migrationClass(migration, schema));
}

function migrationClass(migration: Migration, schema: string): new () => MigrationInterface {
  return class TaskQueueMigration implements MigrationInterface {
    readonly name = `TaskQueue_${schema}_${migration.name}_${EPOCH + migration.version}`;

    async up(runner: QueryRunner): Promise<void> {
      if (runner.isTransactionActive) await migrateOne(sessionOf(runner), schema, migration);
      else await runner.manager.transaction(({ queryRunner }) => migrateOne(sessionOf(queryRunner!), schema, migration));
    }

    /** @throws MigrationFailedError always, because tasks would be lost */
    async down(): Promise<void> {
      throw new MigrationFailedError(migration.name, `it cannot be reverted; to remove everything, drop schema ${schema} cascade`);
    }
  };
}

function sessionOf(runner: QueryRunner): MigrationSession {
  return { query: async <Row>(text: string, values?: readonly unknown[]) => (await runner.query(text, values as unknown[])) as Row[] };
}
