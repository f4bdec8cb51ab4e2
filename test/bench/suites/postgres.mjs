import * as server from '../servers/postgres.mjs';
import { ratio, rowOf } from '../ratio.mjs';

const OURS = 'nestjs-task-queue';
const LIMIT = 'raw-sql';
const loading = (file, describe) => async () => {
  const engine = await import(`../engines/${file}.mjs`);
  return { version: engine.version(), ...describe(engine) };
};

export const postgres = {
  server,
  calls: 'queries/task',
  /** what the peers need; all engines run on the same Node */
  node: '22.18.0',
  /** what engines with a query for each job get through in minutes */
  size: { tasks: 40_000, latencies: 600, singles: 1_000 },
  engines: {
    [OURS]: {
      load: loading('task-queue', ({ withoutResult, withResult, fillHistory }) => ({
        without: withoutResult,
        with: withResult,
        within: withoutResult,
        fillHistory,
      })),
    },
    [LIMIT]: {
      load: loading('raw-sql', ({ withoutResult, withResult, fillHistory }) => ({
        without: withoutResult,
        with: withResult,
        worker: false,
        fillHistory,
      })),
    },
    'graphile-worker batches': { load: loading('graphile-worker', ({ batches }) => ({ without: batches })), peer: true, node: '22.18.0' },
    'graphile-worker defaults': {
      load: loading('graphile-worker', ({ defaults }) => ({ without: defaults })),
      peer: true,
      node: '22.18.0',
    },
    'pg-boss': {
      load: loading('pg-boss', ({ batches, withResults, notified }) => ({ without: batches, with: withResults, waiting: notified })),
      peer: true,
      node: '22.12.0',
    },
    bullmq: { load: loading('bullmq-postgres', ({ removing, keeping }) => ({ without: removing, with: keeping })), peer: true },
  },
  ratioTitle: 'Ratios to the best peer of each (limitShare: to the raw SQL loop; transactionalEnqueue: to a bare INSERT)',
  ratiosOf(rows) {
    const [ours, limit] = [rowOf(rows, OURS), rowOf(rows, LIMIT)];
    const peers = rows.filter(({ engine }) => engine !== OURS && engine !== LIMIT);
    const most = (key) => best(Math.max, peers, key);
    const least = (key) => best(Math.min, peers, key);
    return {
      process: ratio(ours.process, most('process')),
      processWithResult: ratio(ours.processWithResult, most('processWithResult')),
      enqueueBulk: ratio(ours.together, most('together')),
      enqueueOneByOne: ratio(ours.oneByOne, most('oneByOne')),
      limitShare: ratio(ours.process, limit.process),
      transactionalEnqueue: ratio(ours.withinTransaction, ours.bareInTransaction),
      latencyP50: ratio(ours.latencyP50, least('latencyP50')),
      latencyP99: ratio(ours.latencyP99, least('latencyP99')),
      idleCallsPerMinute: ratio(ours.idleCallsPerMinute, least('idleCallsPerMinute')),
    };
  },
};

function best(of, rows, key) {
  const values = rows.flatMap((row) => row[key] ?? []);
  return values.length === 0 ? null : of(...values);
}
