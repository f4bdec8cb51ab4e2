import { createHash } from 'node:crypto';
import type { Statement } from './sql.js';
import { STATEMENTS } from '../statements.generated.js';

export type StatementName = keyof typeof STATEMENTS;
export type Statements = Readonly<Record<StatementName, Statement>>;

/** All statements of sql/*.sql for one schema. */
export function statementsFor(schema: string): Statements {
  const made = Object.entries(STATEMENTS).map(([name, text]) => [name, statement(name, text.replaceAll('{schema}', schema))]);
  return Object.fromEntries(made) as Statements;
}

/** A hash makes the name unique: connections of the application's pool may have prepared it with another schema or version. */
function statement(name: string, text: string): Statement {
  const print = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return { name: `tq_${name}_${print}`, text };
}
