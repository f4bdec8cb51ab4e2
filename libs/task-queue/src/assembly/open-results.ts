import type { ClientOptions } from '../core/client/options/client-options.js';
import { areTypeormResults, type TypeormResults } from '../core/client/options/results-option.js';
import type { Clock } from '../core/ports/runtime/clock.js';
import type { ResultBackend } from '../core/ports/stores/result-backend.js';
import type { StoreAddress } from '../core/ports/runtime/database-handle.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import type { Transport, TransportOptions } from '../core/ports/broker/transport.js';
import { checkApplicationSchema } from '../database/migrations/check-application-schema.js';
import { openTransport } from './open-transport.js';

/** Finds a provider of the application, when all of them are there. */
export type FindProvider = (token: string | Function) => unknown;

/** Where results go that are not kept with the broker. */
export interface ResultsApart {
  readonly results: ResultBackend;
  /** null = it is no transport of ours, and is connected when the application's providers are there */
  readonly transport: Transport | null;
}

/** @returns undefined = results are kept with the broker */
export async function openResults(
  options: ClientOptions,
  common: TransportOptions,
  find: FindProvider,
  logger: TaskLogger,
  clock: Clock,
): Promise<ResultsApart | undefined> {
  const { results, broker } = options;
  if (results === undefined || results === broker) return undefined;
  if (areTypeormResults(results)) return { results: await openTypeorm(results, options, find, logger, clock), transport: null };
  const connection = options.resultsConnection ?? (kindOf(results) === kindOf(broker) ? common.connection : {});
  const transport = await openTransport(results, { ...common, connection });
  return { results: transport.results, transport };
}

/** What drivers' options belong to. */
function kindOf(address: StoreAddress): string {
  return typeof address === 'string' ? address.slice(0, 5).toLowerCase() : 'postg';
}

async function openTypeorm(
  { typeorm, schema, failedTaskExpires }: TypeormResults,
  { keyPrefix, resultExtended }: ClientOptions,
  find: FindProvider,
  logger: TaskLogger,
  clock: Clock,
): Promise<ResultBackend> {
  const { openTypeormResults } = await import('../database/results/open-results.js');
  return openTypeormResults(
    { typeorm, find, schema: schema ?? keyPrefix, checkSchema: checkApplicationSchema },
    { failedTaskExpires, extended: resultExtended, logger, clock, timeOffset: () => 0 },
  );
}
