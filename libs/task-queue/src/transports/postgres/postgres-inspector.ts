import { BrokerUnavailableError } from '../../errors/publish-errors.js';
import type { Inspector } from '../../ports/index.js';
import type { PostgresContext } from './postgres-context.js';

/** Stands in until the queues are there. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- every method is the proxy's
export class PostgresInspector {
  constructor(readonly context: PostgresContext) {
    return new Proxy(this, {
      get: () => async () => {
        throw new BrokerUnavailableError('Inspecting');
      },
    });
  }
}
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- every method is the proxy's
export interface PostgresInspector extends Inspector {}
