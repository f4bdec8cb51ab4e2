import { baseline, recordOf } from './migrate.js';
import { inSchema } from './migration.js';
import type { MigrationPlan } from './plan.js';

/** A plan as SQL, to be read or run by hand: comments list the migrations; the statements are those that `migrate` would run. */
export function migrationScript({ applied, pending, unknown }: MigrationPlan, schema: string): string {
  const lines = [
    `-- schema ${schema}: ${applied.length} applied, ${pending.length} pending`,
    ...applied.map(({ name }) => `-- applied  ${name}`),
    ...pending.map(({ name }) => `-- pending  ${name}`),
    ...unknown.map((name) => `-- unknown  ${name} (of a newer version of nestjs-task-queue)`),
  ];
  if (pending.length > 0) {
    lines.push('', 'begin isolation level read committed;', baseline(schema));
    for (const migration of pending)
      lines.push('', `-- ${migration.name}`, inSchema(migration.text, schema).trim(), recordOf(migration, schema));
    lines.push('', 'commit;');
  }
  return lines.join('\n');
}
