import { uniquePrefix } from '../../support/services.js';
import { testDatabase } from '../../transactions/support.js';
import { AdminApp, type AdminAppInput } from './admin-app.js';

export interface Engine {
  readonly name: string;
  /** @returns how to end it */
  start(input?: AdminAppInput): Promise<{ readonly api: AdminApp; close(): Promise<void> }>;
}

/** Where the tests of the API keep schedules. */
export const ENGINES: readonly Engine[] = [
  {
    name: 'memory',
    async start(input) {
      const api = await AdminApp.start(input);
      return { api, close: () => api.close() };
    },
  },
  {
    name: 'postgres',
    async start(input) {
      const keyPrefix = uniquePrefix('admin').replace('-', '_');
      const database = await testDatabase(keyPrefix);
      const api = await AdminApp.start({
        ...input,
        broker: database.url,
        queue: { keyPrefix },
        admin: { audit: { database: database.pool } },
      });
      return {
        api,
        async close() {
          await api.close();
          await database.drop();
        },
      };
    },
  },
];
