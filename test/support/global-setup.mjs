import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';

/** One PostgreSQL and one Redis for a whole run, unless the environment names them. jest forks its workers after this, so they inherit the URLs. */
export default async function setup() {
  const stops = [];
  globalThis.stopTestServers = () => Promise.all(stops.map((stop) => stop()));
  const provide = async (variable, start) => {
    if (process.env[variable]) return;
    const server = await start();
    stops.push(server.stop);
    process.env[variable] = server.url;
  };
  await Promise.all([provide('DATABASE_URL', () => startPostgres({ database: 'test' })), provide('REDIS_URL', () => startRedis())]);
}
