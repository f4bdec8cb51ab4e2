import { randomUUID } from 'node:crypto';
import { Beat } from '../../libs/task-queue/src/core/beat/beat.js';
import { resolveBeatOptions } from '../../libs/task-queue/src/core/beat/beat-options.js';
import { checkSettings, type ScheduleSettings } from '../../libs/task-queue/src/core/beat/schedule-settings.js';
import { TaskSchedules } from '../../libs/task-queue/src/core/beat/task-schedules.js';
import { TurnMaker } from '../../libs/task-queue/src/core/beat/turn-maker.js';
import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { TaskClient } from '../../libs/task-queue/src/core/client/task-client.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { silentLogger, type TaskLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import type { Clock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { ScheduleStore } from '../../libs/task-queue/src/core/ports/stores/schedule-store.js';
import type { StoredSchedule } from '../../libs/task-queue/src/core/ports/stores/stored-schedule.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { completeTransport } from '../../libs/task-queue/src/assembly/absent-parts.js';
import { openTransport } from '../../libs/task-queue/src/assembly/open-transport.js';

/** One process as beat sees it: a transport, a client, the schedules, and any number of beats. */
export interface BeatFixture {
  readonly transport: CompleteTransport;
  readonly client: TaskClient;
  readonly schedules: TaskSchedules;
  beat(options?: BeatInput): Promise<Beat>;
  create(name: string, settings: Partial<ScheduleSettings>): Promise<StoredSchedule>;
  close(): Promise<void>;
}

export interface BeatInput {
  /** names of those that it knows */
  readonly tasks?: readonly string[];
  readonly logger?: TaskLogger;
  /** default: the transport's own */
  readonly store?: ScheduleStore;
}

export interface StageInput {
  readonly broker?: string;
  readonly keyPrefix?: string;
  readonly clock: Clock;
  readonly connection?: Record<string, unknown>;
  /** ms that fired ids are remembered */
  readonly dedupRetention?: string;
}

/** The tasks that a beat of these tests knows. */
export const TASKS = ['work', 'other'];

export async function openFixture({ broker = `memory://${randomUUID()}`, clock, ...input }: StageInput): Promise<BeatFixture> {
  const options = resolveClientOptions({ broker, ...input });
  const { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, connection } = options;
  const common = { logger: silentLogger, clock, timeOffset: () => 0 };
  const kept = { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, connection };
  const transport = completeTransport(await openTransport(broker, { ...kept, ...common }));
  await transport.connect();
  const client = new TaskClient({
    ...{ transport, codecs: await openCodecs(options), options, clock, logger: silentLogger },
    describe: () => new Map(),
    localHandler: () => undefined,
    routerOf: (type) => new type(),
    transactional: null,
  });
  return new Stage(transport, client, dedupRetention, clock);
}

class Stage implements BeatFixture {
  readonly schedules: TaskSchedules;
  readonly #beats: Beat[] = [];

  constructor(
    readonly transport: CompleteTransport,
    readonly client: TaskClient,
    private readonly dedupRetention: number,
    private readonly clock: Clock,
  ) {
    const store = transport.schedules;
    this.schedules = new TaskSchedules({
      store,
      turns: this.#turns(TASKS),
      client,
      options: resolveBeatOptions(),
      dedupRetention,
      clock,
    });
  }

  async beat({ tasks = TASKS, logger = silentLogger, store = this.transport.schedules }: BeatInput = {}): Promise<Beat> {
    const { transport, client, clock } = this;
    const { results, inspector } = transport;
    const beat = new Beat({ store, turns: this.#turns(tasks), client, results, inspector, pollInterval: 1_000, logger, clock });
    this.#beats.push(beat);
    beat.start();
    // It has looked for the first time.
    await new Promise((resolve) => setImmediate(resolve));
    return beat;
  }

  create(name: string, settings: Partial<ScheduleSettings>): Promise<StoredSchedule> {
    const whole: ScheduleSettings = { task: 'work', schedule: { every: '1s' }, ...settings };
    const definition = checkSettings(name, whole, { now: this.clock.now(), timezone: 'UTC', dedupRetention: this.dedupRetention });
    return this.transport.schedules.create({ id: name, definition });
  }

  async close(): Promise<void> {
    await Promise.all(this.#beats.map((beat) => beat.stop()));
    await this.client.drain();
    await this.transport.close();
  }

  #turns(tasks: readonly string[]): TurnMaker {
    const findTask = (name: string) => (tasks.includes(name) ? { name, method: name } : undefined);
    return new TurnMaker({
      client: this.client,
      findTask,
      taskNames: () => tasks,
      checkArguments: async () => null,
      knownTasksOnly: true,
      timezone: 'UTC',
      transport: this.transport,
      tellsHeld: true,
    });
  }
}

export interface Ran {
  readonly id: string;
  readonly schedule: string;
  readonly tick: number;
}

/** Takes everything that was sent and is ready, and says which ticks it is. Waits for nothing: the clock stands. */
export async function drain({ transport }: BeatFixture, settle: 'ack' | 'dead' = 'ack'): Promise<Ran[]> {
  const consumer = await transport.broker.consume(['default'], {
    lease: 60_000,
    renew: false,
    maxLoopBlock: 60_000,
    maxWait: 5,
    events: { lost: () => {}, revoked: () => {} },
  });
  const all: Ran[] = [];
  while ((await transport.inspector.counts('default')).ready > 0) {
    const deliveries = await consumer.receive(500, new AbortController().signal);
    for (const { id, body } of deliveries) all.push({ id, ...readRun(body) });
    const end = settle === 'ack' ? ({ kind: 'ack', traced: true } as const) : DEAD;
    await consumer.settle(deliveries.map((delivery) => ({ delivery, ...end })));
  }
  await consumer.close();
  return all;
}

const DEAD = { kind: 'deadLetter', reason: 'failed', detail: '', attempts: [], traced: true } as const;

function readRun(body: string): Pick<Ran, 'schedule' | 'tick'> {
  const [, schedule] = /"periodicTaskName":"([^"]*)"/.exec(body)!;
  const [, tick] = /"scheduledAt":(\d+)/.exec(body)!;
  return { schedule: schedule!, tick: Number(tick) };
}
