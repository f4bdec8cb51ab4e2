import { BrokerUnavailableError } from '../../errors/publish-errors.js';
import type { Inspector } from '../../ports/index.js';
import type { PostgresContext } from './postgres-context.js';

/** Stands in until the queues are there. */
export class PostgresInspector {
  constructor(readonly context: PostgresContext) {
    return new Proxy(this, {
      get: () => async () => {
        throw new BrokerUnavailableError('Inspecting');
      },
    });
  }
}
export interface PostgresInspector extends Inspector {}
