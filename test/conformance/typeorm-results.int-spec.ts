import { afterAll, beforeAll, describe } from '@jest/globals';
import { harnessFor, resultBackendConformance, type ConformanceHarness } from 'nestjs-task-queue/testing';
import type { DataSource } from 'typeorm';
import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { checkApplicationSchema } from '../../libs/task-queue/src/database/migrations/check-application-schema.js';
import { openTypeormResults } from '../../libs/task-queue/src/database/results/open-results.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { Consumer } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { ResultBackend } from '../../libs/task-queue/src/core/ports/stores/result-backend.js';
import type { Transport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { open } from '../../libs/task-queue/src/transports/memory/index.js';
import { makeTables, openSource } from '../typeorm-results/support/tables.js';

const memory = harnessFor({ open, url: 'memory://', ownClock: false });
let source: DataSource;

describe('results in the application’s database', () => {
  beforeAll(async () => {
    source = await openSource();
  });
  afterAll(() => source.destroy());

  resultBackendConformance(harness);
});

/** Messages in memory, results in a schema of the test's own. */
async function harness(): Promise<ConformanceHarness> {
  const [broker, { schema, drop }] = await Promise.all([memory(), makeTables(source)]);
  const opened: ResultBackend[] = [];
  let shifted = 0;
  return {
    async open(options) {
      const transport = await broker.open(options);
      const { messages } = await openCodecs(resolveClientOptions({ broker: 'memory://' }));
      const results = await openTypeormResults(
        { typeorm: source, schema, find: () => undefined, checkSchema: checkApplicationSchema },
        { failedTaskExpires: 60_000, extended: false, messages, logger: silentLogger, clock: systemClock, timeOffset: () => shifted },
      );
      await results.connect();
      opened.push(results);
      return withResults(transport, results);
    },
    shiftTime(ms) {
      shifted += ms;
      broker.shiftTime(ms);
    },
    leftovers: () => broker.leftovers(),
    async close() {
      await Promise.all(opened.map((results) => results.close()));
      await broker.close();
      await drop();
    },
  };
}

/** A transport whose results are kept apart: saved before their deliveries are settled, as a worker does it. */
function withResults(transport: Transport, results: ResultBackend): Transport {
  const { joins, control, inspector, schedules } = transport;
  const broker = Object.create(transport.broker) as Transport['broker'];
  broker.consume = async (queues, options) => saving(await transport.broker.consume(queues, options), results);
  return { broker, results, joins, control, inspector, schedules, connect: () => transport.connect(), close: () => transport.close() };
}

function saving(consumer: Consumer, results: ResultBackend): Consumer {
  const settle = consumer.settle.bind(consumer);
  consumer.settle = async (settlements) => {
    for (const { result } of settlements) if (result !== undefined) await results.save([result.record], result.expires);
    return settle(settlements.map(({ result: _, ...settlement }) => settlement as (typeof settlements)[number]));
  };
  return consumer;
}
