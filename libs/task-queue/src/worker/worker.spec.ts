import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions } from '../client/client-options.js';
import { BrokerUnavailableError, LeaseLostError } from '../errors/index.js';
import { buildMessage } from '../message/build-message.js';
import { openCodecs } from '../message/open-codecs.js';
import { resolveTaskOptions, type TaskOptionsInput } from '../policies/task-options.js';
import { createPool } from '../pools/create-pool.js';
import {
  silentLogger,
  type ConsumerEvents,
  type Delivery,
  type ResultBackend,
  type Settlement,
  type TaskContext,
  type Transport,
} from '../ports/index.js';
import { FakeClock } from '../testing/fake-clock.js';
import { HandlerRegistry } from './handler-registry.js';
import { resolveWorkerOptions, type WorkerOptionsInput } from './worker-options.js';
import { Worker } from './worker.js';

const codecs = await openCodecs(resolveClientOptions({}));
const GRACE = 2_000;
const DRAIN = 30_000;

function delivery(id: string): Delivery {
  const body = codecs.messages.encode(buildMessage({ id, task: 'task', args: [], queue: 'q', sentAt: 0 }));
  return { id, queue: 'q', priority: 5, token: `token of ${id}`, body, lostLeases: 0, revoked: false };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Scene {
  /** what the first receive brings, however much was asked for */
  readonly deliveries: readonly Delivery[];
  /** what the receive under way still brings when the worker stops */
  readonly atTheEnd?: readonly Delivery[];
  readonly task?: TaskOptionsInput;
  readonly worker?: WorkerOptionsInput;
  readonly resultsApart?: boolean;
  holds?(delivery: Delivery): boolean;
  /** what a save waits for */
  saves?(): Promise<void>;
  accepts?(settlement: Settlement): boolean;
  handler(context: TaskContext): unknown;
}

/** A consumer that is played by hand: it hands out the deliveries, and those at the end when the worker is told to stop. */
function consumerOf(scene: Scene, log: (what: string) => void) {
  const batches = [scene.deliveries];
  return {
    lastReceiveAt: 0,
    async receive(_limit: number, signal: AbortSignal) {
      const batch = batches.shift();
      if (batch !== undefined) return batch;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return scene.atTheEnd ?? [];
    },
    holds: (one: Delivery) => scene.holds?.(one) ?? true,
    settle: async (settlements: readonly Settlement[]) =>
      settlements.map((one) => {
        const charge = one.kind === 'release' ? ` charge=${one.charge}` : '';
        log(`${one.kind} ${one.delivery.id}${charge}${one.result === undefined ? '' : ` ${one.result.record.state}`}`);
        return { id: one.delivery.id, accepted: scene.accepts?.(one) ?? true };
      }),
    close: async () => log('close'),
  };
}

function resultsOf(name: string, { saves }: Scene, log: (what: string) => void): ResultBackend {
  const save = async (records: readonly { id: string; state: string }[]) => {
    await saves?.();
    for (const { id, state } of records) log(`${name} ${id} ${state}`);
    return records.map(() => true);
  };
  return { save } as unknown as ResultBackend;
}

function handlersOf({ task = {}, handler }: Scene): HandlerRegistry {
  const handlers = new HandlerRegistry();
  const options = resolveTaskOptions(task, 'task');
  handlers.register({ name: 'task', options, invoke: (_args, context) => handler(context) }, 'Tasks.task');
  return handlers;
}

/** A worker whose broker is played by hand, and what it did in what order. */
function stage(scene: Scene) {
  const log: string[] = [];
  const clock = new FakeClock(0);
  const note = (what: string) => void log.push(`${clock.now()} ${what}`);
  let events!: ConsumerEvents;
  const results = resultsOf('save', scene, note);
  const transport = {
    broker: {
      capabilities: { name: 'by hand', atomicResults: true },
      consume: async (_queues: readonly string[], how: { events: ConsumerEvents }) => ((events = how.events), consumerOf(scene, note)),
      publish: () => Promise.reject(new BrokerUnavailableError('Publishing')),
    },
    control: { listen: async () => async () => undefined },
    results,
  } as unknown as Transport;
  const options = resolveWorkerOptions({ abortGrace: GRACE, drainTimeout: DRAIN, ...scene.worker });
  const worker = new Worker({
    transport,
    results: scene.resultsApart === true ? resultsOf('save apart', scene, note) : results,
    handlers: handlersOf(scene),
    pool: createPool('async', options.concurrency),
    options,
    codecs,
    recording: null,
    resultExpires: 1_000,
    publishTimeout: 1_000,
    logger: silentLogger,
    clock,
  });
  return { worker, log, clock, events: () => events };
}

/** A promise and what keeps it. */
function signal(): { come: Promise<void>; give(): void } {
  let give!: () => void;
  const come = new Promise<void>((resolve) => (give = resolve));
  return { come, give };
}

function aborted({ signal: told }: TaskContext): Promise<void> {
  return new Promise((resolve) => told.addEventListener('abort', () => resolve(), { once: true }));
}

describe('rule 7: a worker and its leases', () => {
  it('starts nothing whose lease has passed its local deadline, and gives it back where nobody has it yet', async () => {
    const ran: string[] = [];
    const good = signal();
    const { worker, log } = stage({
      deliveries: [delivery('late'), delivery('good')],
      holds: ({ id }) => id !== 'late',
      handler: ({ id }) => {
        ran.push(id);
        good.give();
      },
    });
    await worker.start();
    await good.come;
    await worker.stop();
    expect(ran).toEqual(['good']);
    expect(log).toEqual(['0 ack good SUCCESS', '0 release late charge=false', '0 close']);
  });

  it('tells a task whose lease is lost to end, and settles nothing of it', async () => {
    const [started, ended] = [signal(), signal()];
    const lost = delivery('lost');
    let reason: unknown;
    const { worker, log, events } = stage({
      deliveries: [lost],
      handler: async (context) => {
        const told = aborted(context);
        started.give();
        await told;
        ended.give();
        throw (reason = context.signal.reason);
      },
    });
    await worker.start();
    await started.come;
    events().lost([lost]);
    await ended.come;
    await worker.stop();
    expect(reason).toBeInstanceOf(LeaseLostError);
    expect(log).toEqual(['0 close']);
  });
});

describe('rule 11: a release is the last act', () => {
  it('aborts at the deadline, waits for the grace, then gives back uncharged what still runs, then closes', async () => {
    const [started, go] = [signal(), signal()];
    const { worker, log, clock } = stage({
      deliveries: [delivery('deaf')],
      handler: async (context) => {
        void aborted(context).then(() => log.push(`${clock.now()} abort`));
        started.give();
        await go.come;
      },
    });
    await worker.start();
    await started.come;
    const stopped = worker.stop(DRAIN);
    // Its waiting begins when nothing comes any more.
    await turn();
    await clock.advance(DRAIN);
    await clock.advance(GRACE);
    await stopped;
    const all = [`${DRAIN} abort`, `${DRAIN + GRACE} release deaf charge=false`, `${DRAIN + GRACE} close`];
    expect(log).toEqual(all);
    // Whatever it still returns is another's to settle.
    go.give();
    await turn();
    await turn();
    expect(log).toEqual(all);
  });

  it('settles what ends within the grace, instead of having it run again', async () => {
    const started = signal();
    const { worker, log, clock } = stage({
      deliveries: [delivery('polite')],
      handler: async (context) => {
        const told = aborted(context);
        started.give();
        await told;
        return 'put down properly';
      },
    });
    await worker.start();
    await started.come;
    const stopped = worker.stop(DRAIN);
    // Its waiting begins when nothing comes any more.
    await turn();
    await clock.advance(DRAIN);
    await stopped;
    expect(log).toEqual([`${DRAIN} ack polite SUCCESS`, `${DRAIN} close`]);
  });

  it('gives back, at once and uncharged, what has not begun', async () => {
    const [started, go] = [signal(), signal()];
    const { worker, log } = stage({
      deliveries: [delivery('runs'), delivery('waits')],
      worker: { concurrency: 1 },
      handler: async ({ id }) => {
        if (id !== 'runs') return;
        started.give();
        await go.come;
      },
    });
    await worker.start();
    await started.come;
    await worker.quiet();
    await turn();
    expect(log).toEqual(['0 release waits charge=false']);
    go.give();
    await worker.stop();
    expect(log).toEqual(['0 release waits charge=false', '0 ack runs SUCCESS', '0 close']);
  });

  it('gives back what a receive brings that was under way when the stop began', async () => {
    const { worker, log } = stage({ deliveries: [], atTheEnd: [delivery('comes late')], handler: () => undefined });
    await worker.start();
    await worker.stop();
    expect(log).toEqual(['0 release comes late charge=false', '0 close']);
  });
});

describe('rule 17: a revoke that a worker is told of', () => {
  it.each([true, false])('gives back what waits here, to come again with its mark, once and for all (terminate: %s)', async (terminate) => {
    const [started, go] = [signal(), signal()];
    const ran: string[] = [];
    const { worker, log, events } = stage({
      deliveries: [delivery('runs'), delivery('waits')],
      worker: { concurrency: 1 },
      handler: async ({ id }) => {
        ran.push(id);
        started.give();
        await go.come;
      },
    });
    await worker.start();
    await started.come;
    events().revoked([{ id: 'waits', terminate }]);
    await turn();
    expect(log).toEqual(['0 release waits charge=false']);
    go.give();
    await worker.stop();
    expect(ran).toEqual(['runs']);
  });

  it('reaches a run whose beginning is still being stored', async () => {
    const [storing, stored] = [signal(), signal()];
    const ran: string[] = [];
    const { worker, log, events } = stage({
      deliveries: [delivery('begins')],
      task: { trackStarted: true },
      async saves() {
        storing.give();
        await stored.come;
      },
      handler: ({ id }) => void ran.push(id),
    });
    await worker.start();
    await storing.come;
    events().revoked([{ id: 'begins', terminate: true }]);
    stored.give();
    await worker.stop();
    expect(ran).toEqual([]);
    expect(log).toEqual(['0 save begins STARTED', '0 ack begins REVOKED', '0 close']);
  });
});

describe('a delivery stays with no worker that cannot handle it', () => {
  it('is run although STARTED cannot be stored', async () => {
    const ran = signal();
    const { worker, log } = stage({
      deliveries: [delivery('a')],
      task: { trackStarted: true },
      saves: () => Promise.reject(new BrokerUnavailableError('Saving')),
      handler: () => ran.give(),
    });
    await worker.start();
    await ran.come;
    await worker.stop();
    expect(log).toEqual(['0 ack a SUCCESS', '0 close']);
  });

  it('goes back after a lease, charged, when the worker itself fails at it', async () => {
    const asked = signal();
    let fails = true;
    const { worker, log } = stage({
      deliveries: [delivery('a')],
      holds() {
        asked.give();
        if (!fails) return true;
        fails = false;
        throw new Error('of the worker');
      },
      handler: () => undefined,
    });
    await worker.start();
    await asked.come;
    await worker.stop();
    expect(log).toEqual(['0 release a charge=true', '0 close']);
  });
});

describe('rule 13: results in another store', () => {
  it('are saved there, and before the delivery is settled', async () => {
    const ran = signal();
    const { worker, log } = stage({ deliveries: [delivery('a')], resultsApart: true, handler: () => ran.give() });
    await worker.start();
    await ran.come;
    await worker.stop();
    expect(log).toEqual(['0 save apart a SUCCESS', '0 ack a', '0 close']);
  });
});

describe('rule 14: early acknowledgement', () => {
  it('comes before the run, and what it could not be had for is not run', async () => {
    const ran: string[] = [];
    const good = signal();
    const { worker, log } = stage({
      deliveries: [delivery('refused'), delivery('good')],
      task: { acksLate: false },
      accepts: ({ delivery: { id } }) => id !== 'refused',
      handler: ({ id }) => {
        ran.push(id);
        log.push(`run ${id}`);
        good.give();
      },
    });
    await worker.start();
    await good.come;
    await worker.stop();
    expect(ran).toEqual(['good']);
    expect(log).toEqual(['0 ack refused', '0 ack good', 'run good', '0 save good SUCCESS', '0 close']);
  });

  it('a retry that cannot be published ends as FAILURE: nothing else is left of the task', async () => {
    const ran = signal();
    const { worker, log } = stage({
      deliveries: [delivery('a')],
      task: { acksLate: false, autoretryFor: [TypeError] },
      handler: () => {
        ran.give();
        throw new TypeError('again');
      },
    });
    await worker.start();
    await ran.come;
    await worker.stop();
    // A terminal state is final, so the first that is saved is the end.
    expect(log.slice(0, 2)).toEqual(['0 ack a', '0 save a FAILURE']);
  });
});
