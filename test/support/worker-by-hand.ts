import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { BrokerUnavailableError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { buildMessage } from '../../libs/task-queue/src/core/message/build-message.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { resolveTaskOptions } from '../../libs/task-queue/src/core/policies/task-options.js';
import type { TaskOptionsInput } from '../../libs/task-queue/src/core/policies/task-options-input.js';
import { createPool } from '../../libs/task-queue/src/core/pools/create-pool.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import type { ConsumerEvents, Delivery, Settlement } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { ResultBackend } from '../../libs/task-queue/src/core/ports/stores/result-backend.js';
import type { TaskContext } from '../../libs/task-queue/src/core/ports/task/task-context.js';
import type { Transport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { FakeClock } from '../../libs/task-queue/src/testing/fake-clock.js';
import { HandlerRegistry } from '../../libs/task-queue/src/core/worker/handler-registry.js';
import { resolveWorkerOptions, type WorkerOptionsInput } from '../../libs/task-queue/src/core/worker/worker-options.js';
import { Worker } from '../../libs/task-queue/src/core/worker/worker.js';

const codecs = await openCodecs(resolveClientOptions({}));
export const GRACE = 2_000;
export const DRAIN = 30_000;

export function delivery(id: string): Delivery {
  const { body } = codecs.messages.encode(buildMessage({ id, task: 'task', args: [], queue: 'q', sentAt: 0 }));
  return { id, queue: 'q', priority: 5, token: `token of ${id}`, body, lostLeases: 0, revoked: false };
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface Scene {
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
export function stage(scene: Scene) {
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
export function signal(): { come: Promise<void>; give(): void } {
  let give!: () => void;
  const come = new Promise<void>((resolve) => (give = resolve));
  return { come, give };
}

export function aborted({ signal: told }: TaskContext): Promise<void> {
  return new Promise((resolve) => told.addEventListener('abort', () => resolve(), { once: true }));
}
