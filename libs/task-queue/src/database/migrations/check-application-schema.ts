import { TableUnusableError } from '../../core/errors/transaction-errors.js';
import { checkPlan, plan } from './plan.js';

type Query = <Row>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

const NO_RIGHTS = '42501';

/**
 * Checks that the schema in an application's database has the version of this package. Its tables must exist.
 * @throws SchemaOutdatedError · SchemaNewerError · TableUnusableError · any error of `query`
 */
export async function checkApplicationSchema(query: Query, schema: string): Promise<void> {
  const found = await plan({ query: async (text, values = []) => [...(await query<never>(text, values))] }, schema).catch(
    (error: unknown) => {
      if ((error as { code?: unknown }).code !== NO_RIGHTS) throw error;
      throw new TableUnusableError(`${schema}.migration`, (error as Error).message, { cause: error });
    },
  );
  checkPlan(found, schema);
}
