import { postgres } from './postgres.mjs';
import { redis } from './redis.mjs';

/** What is compared on which server. An engine is loaded by the process that runs it. */
export const SUITES = { redis, postgres };
