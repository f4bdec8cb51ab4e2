import { TableUnusableError } from '../../core/errors/transaction-errors.js';
import { checkPlan, plan } from './plan.js';

type Query = <Row>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

const NO_RIGHTS = '42501';

/**
 * The schema in an application's database, whose tables are known to be there, is of this version of the package.
 * @throws SchemaOutdatedError · SchemaNewerError · TableUnusableError · what `query` throws
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
