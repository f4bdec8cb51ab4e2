import { Injectable, type Provider } from '@nestjs/common';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import {
  Periodic,
  type PeriodicOptions,
  signature,
  systemClock,
  Task,
  TaskContext,
  TaskControl,
  TaskInspect,
  TaskSchedules,
  TaskWorkerModule,
  type ClientOptionsInput,
  type ScheduleSettings,
  type TaskOptionsInput,
  type WorkerOptionsInput,
} from 'nestjs-task-queue';
import {
  type Broker,
  type BrokerCapabilities,
  type CompleteTransport,
  type Consumer,
  type LoadableEngine,
  type PartName,
  silentLogger,
  type Transport,
  type TransportOptions,
} from 'nestjs-task-queue/spi';
import { ENGINES, Engines } from '../../libs/task-queue/src/assembly/engines.js';
import { open } from '../../libs/task-queue/src/transports/memory/index.js';
import { boot, bootError, closeAll, type Booted } from './support/boot.js';

/** An engine of another package, of a broker only. */
const bare: LoadableEngine = {
  name: 'bare',
  schemes: ['bare'],
  driver: null,
  capabilities: {
    name: 'bare',
    priorities: false,
    dedup: false,
    unique: false,
    rateLimits: false,
    atomicResults: false,
    atomicFollowUps: false,
    leases: 'connection',
  },
  offers: [],
  load: () => Promise.resolve({ open: openBare }),
};

/** `bare://schedules` offers a store of schedules as well. */
function openBare(url: string, options: TransportOptions): Transport {
  const { broker, schedules } = open('memory://', options);
  const bareBroker: Broker = {
    capabilities: bare.capabilities,
    connect: () => broker.connect(),
    close: () => broker.close(),
    publish: (publications) => broker.publish(publications),
    consume: async (queues, how) => refusingExtras(await broker.consume(queues, how)),
  };
  const more = url.endsWith('schedules') ? { schedules } : {};
  return { broker: bareBroker, ...more, connect: () => broker.connect(), close: () => broker.close() };
}

function refusingExtras(consumer: Consumer): Consumer {
  const settle = consumer.settle.bind(consumer);
  consumer.settle = (settlements) => {
    const extra = settlements.find(({ result, publish = [] }) => result !== undefined || publish.length > 0);
    if (extra !== undefined) throw new Error('a settlement carries what this broker cannot write in one step');
    return settle(settlements);
  };
  return consumer;
}

/** What `updateState` throws in a task. */
async function storeState({ app, tasks }: Booted): Promise<unknown> {
  const thrown = app.get(Thrown);
  await tasks.sendTask('progress');
  throw await thrown.first;
}

@Injectable()
class Thrown {
  tell!: (error: unknown) => void;
  readonly first = new Promise<unknown>((resolve) => void (this.tell = resolve));

  @Task({ name: 'progress', ignoreResult: true })
  async progress(ctx: TaskContext): Promise<void> {
    await ctx.updateState('PROGRESS').then(() => this.tell(new Error('stored nothing')), this.tell);
  }
}

interface Application {
  readonly task?: TaskOptionsInput;
  readonly schedule?: Omit<PeriodicOptions, 'args'>;
  readonly worker?: WorkerOptionsInput;
  readonly queue?: ClientOptionsInput;
}

function application({ task, schedule, worker, queue }: Application) {
  @Injectable()
  class Jobs {
    @Task({ name: 'job', ...task })
    run(): string {
      return 'done';
    }

    @Task({ name: 'tick', ignoreResult: true, ...(schedule === undefined ? {} : task) })
    tick(): void {}
  }
  if (schedule !== undefined) {
    const tick = Object.getOwnPropertyDescriptor(Jobs.prototype, 'tick')!;
    Periodic({ every: '1h' }, schedule)(Jobs.prototype, 'tick', tick);
  }
  const providers: Provider[] = [Jobs, Thrown];
  const parts = { providers, imports: [TaskWorkerModule.forRoot({ queues: ['default'], direct: false, ...worker })] };
  const options: ClientOptionsInput = { broker: 'bare://here', engines: [bare], ...queue };
  return { Jobs, parts, options };
}

const ALL = ['memory', 'redis', 'postgres'];
const KEPT: TaskOptionsInput = { ignoreResult: true };
const pool = new Pool({ host: '127.0.0.1', port: 1 });

type Refusal = { readonly application: Application; readonly option: string; readonly names: readonly string[] };

/** An application that needs it, the option that the error names, and what else its message names; or what happens instead. */
const CAPABILITIES: Readonly<Record<Exclude<keyof BrokerCapabilities, 'name'>, Refusal | 'done before the settlement'>> = {
  priorities: { application: { task: { ...KEPT, priority: 9 } }, option: 'priority', names: ["Task 'job'"] },
  unique: { application: { task: { ...KEPT, unique: true } }, option: 'unique', names: ["Task 'job'"] },
  rateLimits: { application: { task: { ...KEPT, rateLimit: '1/s' } }, option: 'rateLimit', names: ["Task 'job'"] },
  dedup: {
    application: { task: KEPT, queue: { keyPrefix: 'app', outbox: { database: pool } } },
    option: 'outbox',
    names: ['TaskQueueModule'],
  },
  leases: { application: { task: KEPT, worker: { lease: '5s' } }, option: 'lease', names: ['TaskWorkerModule'] },
  atomicResults: 'done before the settlement',
  atomicFollowUps: 'done before the settlement',
};

const PARTS: Readonly<Record<PartName, Refusal | 'not needed at boot'>> = {
  results: { application: {}, option: 'results', names: ["Task 'job'", "'ignoreResult'"] },
  schedules: { application: { task: KEPT, worker: { beat: true } }, option: 'schedules', names: ["'beat'"] },
  revoke: {
    application: { task: KEPT, worker: { beat: true }, schedule: { overlap: 'cancel-previous' }, queue: { broker: 'bare://schedules' } },
    option: 'broker',
    names: ["'cancel-previous'", "schedule 'tick'"],
  },
  joins: 'not needed at boot',
  control: 'not needed at boot',
  inspector: 'not needed at boot',
  setRate: 'not needed at boot',
};

const refused = <T extends string>(table: Readonly<Record<string, Refusal | T>>) =>
  Object.entries(table).filter((row): row is [string, Refusal] => typeof row[1] === 'object');

describe('an engine of a broker only', () => {
  afterEach(closeAll);
  afterAll(() => pool.end());

  it.each([...refused(CAPABILITIES), ...refused(PARTS)])(
    'refuses at boot what needs %s, naming the option, the place and the engines that have it',
    async (feature, { application: app, option, names }) => {
      const { parts, options } = application(app);

      const error = await bootError(parts, options);

      expect(error).toMatchObject({ code: expect.stringMatching(/UNSUPPORTED_OPTION|PART_MISSING/), option });
      for (const name of [...names, "'bare' broker", 'memory, redis or postgres']) expect(error.message).toContain(name);
      expect(new Engines([bare]).with(feature as PartName)).toEqual(ALL);
    },
  );

  it('refuses options of leases that its broker does not keep', async () => {
    const { parts, options } = application({ task: KEPT, worker: { maxLoopBlock: '5s' } });
    expect(await bootError(parts, options)).toMatchObject({ code: 'UNSUPPORTED_OPTION', option: 'maxLoopBlock' });
  });

  it.each(['results', 'store', 'control'] as const)('is refused as the address of %s', async (option) => {
    const { parts, options } = application({ queue: { broker: 'memory://', [option]: 'bare://there' } });
    const error = await bootError(parts, options);
    expect(error).toMatchObject({ code: 'UNSUPPORTED_OPTION', option });
    expect(error.message).toContain("'bare' engine");
    expect(error.message).toContain('memory, redis or postgres');
  });

  it('is refused in eager mode, which stores results', async () => {
    const { parts, options } = application({ task: KEPT, queue: { eager: true } });
    expect(await bootError(parts, options)).toMatchObject({ code: 'PART_MISSING', option: 'results' });
  });

  it.each<[feature: string, option: string, use: (booted: Booted) => Promise<unknown>]>([
    ['revoking', 'broker', ({ tasks }) => tasks.revoke('a')],
    ['setting a rate', 'rateLimit', ({ tasks }) => tasks.setRate('job', '1/s')],
    ['a unique call', 'unique', ({ tasks }) => tasks.sendTask('job', [], { unique: true })],
    ['a call with a priority', 'priority', ({ tasks }) => tasks.sendTask('job', [], { priority: 9 })],
    ['a link with a priority', 'priority', ({ tasks }) => tasks.sendTask('job', [], { link: signature('tick', [], { priority: 9 }) })],
    ['a priority by annotation', 'priority', ({ tasks }) => tasks.sendTask('annotated')],
    ['a priority by route', 'priority', ({ tasks }) => tasks.sendTask('routed')],
    ['a rate limit by route', 'rateLimit', ({ tasks }) => tasks.sendTask('limited')],
    ['a call that stores its result', 'results', ({ tasks }) => tasks.sendTask('job', [], { ignoreResult: false })],
    ['storing a state', 'results', storeState],
    ['waiting for a result', 'results', ({ tasks }) => tasks.result('a').get()],
    ['counting messages', 'broker', ({ tasks }) => tasks.queues.counts('default')],
    ['dead letters', 'broker', ({ tasks }) => tasks.deadLetters.list()],
    ['asking workers', 'control', ({ app }) => app.get(TaskInspect).ping({ timeout: 10 })],
    ['commanding workers', 'control', ({ app }) => app.get(TaskControl).shutdown({ destination: ['w'], timeout: 10 })],
    ['moving consumers', 'control', ({ tasks }) => tasks.queues.addQueue('default')],
    ['schedules', 'schedules', ({ app }) => app.get(TaskSchedules).list({ limit: 1 })],
  ])('refuses %s at the call', async (_, option, use) => {
    const routes = { routed: { priority: 9 }, limited: { rateLimit: '1/s' } };
    const { parts, options } = application({ task: KEPT, queue: { routes, annotations: { annotated: { priority: 9 } } } });
    const booted = await boot(parts, options);

    const error = await use(booted).catch((thrown: unknown) => thrown as Error);

    expect(error).toMatchObject({ code: expect.stringMatching(/UNSUPPORTED_OPTION|PART_MISSING/), option });
    expect((error as Error).message).toContain('memory, redis or postgres');
  });

  it.each<[setting: string, option: string, settings: Partial<ScheduleSettings>]>([
    ["overlap: 'cancel-previous'", 'broker', { overlap: 'cancel-previous' }],
    ["overlap: 'skip'", 'overlap', { overlap: 'skip' }],
    ["overlap: 'buffer-one'", 'overlap', { overlap: 'buffer-one' }],
    ['pauseAfterFailures', 'results', { pauseAfterFailures: 3 }],
    ['priority', 'priority', { priority: 9 }],
  ])('refuses %s of a schedule that is created, edited or in the code', async (_, option, settings) => {
    const refusal = { code: expect.stringMatching(/UNSUPPORTED_OPTION|PART_MISSING/), option };
    const queue: ClientOptionsInput = { broker: 'bare://schedules' };
    const kept = application({ task: KEPT, queue });
    const { app } = await boot(kept.parts, { ...kept.options, keyPrefix: 'edited' });
    const schedules = app.get(TaskSchedules);
    const whole: ScheduleSettings = { task: 'tick', schedule: { every: '1h' } };
    await expect(schedules.create('refused', { ...whole, ...settings })).rejects.toMatchObject(refusal);
    const { id } = await schedules.create('kept', whole);
    await expect(schedules.patch(id, null, settings)).rejects.toMatchObject(refusal);
    await schedules.remove(id);

    const inCode = application({ task: KEPT, worker: { beat: true }, schedule: settings as PeriodicOptions, queue });
    expect(await bootError(inCode.parts, inCode.options)).toMatchObject(refusal);
  });

  it('runs tasks; a result and a link are written before the settlement, the state of what is not stored is UNKNOWN', async () => {
    const { parts, options, Jobs } = application({ queue: { results: 'memory://', control: 'memory://' } });
    const { tasks, app } = await boot(parts, options);

    const sent = await tasks.sendTask('job', [], { link: tasks.for(Jobs).tick.si() });

    expect(await sent.get({ timeout: 5_000 })).toBe('done');
    expect(await tasks.result('nobody').state()).toBe('UNKNOWN');
    expect(Object.values(await app.get(TaskInspect).ping({ timeout: 500 }))).toMatchObject([{ value: 'pong' }]);
  });
});

describe('each engine of the package', () => {
  it.each(ENGINES.map((engine) => [engine.name, engine] as const))('%s offers what its data says', async (name, engine) => {
    const { open: openEngine } = await engine.load();
    const common = { keyPrefix: 'tq', dedupRetention: 1, revokesExpire: 1, deadLetterLimit: 1, connection: {} };
    const transport = openEngine(`${name}://127.0.0.1:1` as never, {
      ...common,
      logger: silentLogger,
      clock: systemClock,
      timeOffset: () => 0,
    }) as CompleteTransport;
    try {
      const parts = Object.keys(PARTS) as PartName[];
      const offered = parts.filter((part) => (part in transport ? transport[part as 'results'] : transport.broker[part as 'revoke']));
      expect(offered.sort()).toEqual([...engine.offers].sort());
      expect(transport.broker.capabilities).toEqual(engine.capabilities);
      expect(engine.capabilities.name).toBe(engine.name);
    } finally {
      await transport.close();
    }
  });
});
