import { Command, Option } from 'commander';
import { DriverMissingError, InvalidBrokerUrlError } from '../../core/errors/boot-errors.js';
import type { Migration } from '../../database/migrations/migration.js';
import { migrationScript } from '../../database/migrations/migration-script.js';
import { maskPassword } from '../../core/policies/mask-password.js';

/** The output of a command. */
export interface Terminal {
  readonly version: string;
  out(text: string): unknown;
  err(text: string): unknown;
}

interface MigrateOptions {
  readonly broker: string;
  readonly schema: string;
  readonly plan: boolean;
}

/** `tasks migrate`: brings the tables in PostgreSQL to this version of the package. */
export function migrateCommand(terminal: Terminal): Command {
  return new Command('migrate')
    .description('Create or upgrade the tables of the task queue in PostgreSQL. Safe to run twice or concurrently.')
    .addOption(new Option('--broker <url>', 'postgres://user:password@host:port/database').env('TASKS_BROKER_URL').makeOptionMandatory())
    .addOption(new Option('--schema <name>', "the schema of the tables: 'keyPrefix' of forRoot").env('TASKS_SCHEMA').default('tq'))
    .option('--plan', 'change nothing; print the applied and pending migrations as SQL', false)
    .action(async ({ broker, schema, plan }: MigrateOptions) => {
      const database = await loadPostgres(broker);
      if (plan) terminal.out(`${migrationScript(await database.planDatabase(broker, schema), schema)}\n`);
      else terminal.out(report(await database.migrateDatabase(broker, schema), schema));
    });
}

function report(done: readonly Migration[], schema: string): string {
  if (done.length === 0) return `Schema ${schema} is up to date.\n`;
  return `Schema ${schema} is migrated:\n${done.map(({ name }) => `  ${name}\n`).join('')}`;
}

/** @throws InvalidBrokerUrlError · DriverMissingError */
async function loadPostgres(broker: string): Promise<typeof import('../../transports/postgres/checks/migrate-database.js')> {
  if (!/^postgres(ql)?:\/\//i.test(broker)) {
    throw new InvalidBrokerUrlError(maskPassword(broker), 'is not a PostgreSQL URL: no other broker has tables to migrate');
  }
  try {
    return await import('../../transports/postgres/checks/migrate-database.js');
  } catch (error) {
    if (!/Cannot find (package|module)/.test(String(error))) throw error;
    throw new DriverMissingError('pg', "A 'postgres' broker", error);
  }
}
