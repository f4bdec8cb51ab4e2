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
import type { TaskTransactions } from '../../libs/task-queue/src/core/ports/task/task-transactions.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
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

export interface WorkerScript {
  /** returned by the first receive, whatever its limit */
  readonly deliveries: readonly Delivery[];
  /** returned by the receive that is pending when the worker stops */
  readonly atTheEnd?: readonly Delivery[];
  readonly task?: TaskOptionsInput;
  readonly worker?: WorkerOptionsInput;
  readonly resultsApart?: boolean;
  holds?(delivery: Delivery): boolean;
  /** each save awaits it */
  saves?(): Promise<void>;
  accepts?(settlement: Settlement): boolean;
  handler(context: TaskContext): unknown;
  /** of a task with `transactional` */
  readonly transactions?: TaskTransactions;
}

/** A scripted consumer: its first receive returns `deliveries`, the one pending at the stop returns `atTheEnd`. */
function consumerOf(script: WorkerScript, log: (what: string) => void) {
  const batches = [script.deliveries];
  return {
    lastReceiveAt: 0,
    async receive(_limit: number, signal: AbortSignal) {
      const batch = batches.shift();
      if (batch !== undefined) return batch;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return script.atTheEnd ?? [];
    },
    holds: (one: Delivery) => script.holds?.(one) ?? true,
    settle: async (settlements: readonly Settlement[]) =>
      settlements.map((one) => {
        const charge = one.kind === 'release' ? ` charge=${one.charge}` : '';
        log(`${one.kind} ${one.delivery.id}${charge}${one.result === undefined ? '' : ` ${one.result.record.state}`}`);
        return { id: one.delivery.id, accepted: script.accepts?.(one) ?? true };
      }),
    close: async () => log('close'),
  };
}

function resultsOf(name: string, { saves }: WorkerScript, log: (what: string) => void): ResultBackend {
  const save = async (records: readonly { id: string; state: string }[]) => {
    await saves?.();
    for (const { id, state } of records) log(`${name} ${id} ${state}`);
    return records.map(() => true);
  };
  return { save } as unknown as ResultBackend;
}

function handlersOf({ task = {}, handler }: WorkerScript): HandlerRegistry {
  const handlers = new HandlerRegistry();
  const options = resolveTaskOptions(task, 'task');
  handlers.register({ name: 'task', options, invoke: (_args, context) => handler(context) }, 'Tasks.task');
  return handlers;
}

/** A worker with a scripted broker, and a log of what it did. */
export function workerByHand(script: WorkerScript) {
  const log: string[] = [];
  const clock = new FakeClock(0);
  const note = (what: string) => void log.push(`${clock.now()} ${what}`);
  let events!: ConsumerEvents;
  const resultsApart = script.resultsApart === true;
  const results = resultsOf(resultsApart ? 'save apart' : 'save', script, note);
  const transport = {
    broker: {
      capabilities: { name: 'by hand', atomicResults: true },
      consume: async (_queues: readonly string[], how: { events: ConsumerEvents }) => ((events = how.events), consumerOf(script, note)),
      publish: () => Promise.reject(new BrokerUnavailableError('Publishing')),
    },
    control: { listen: async () => async () => undefined },
    results,
    resultsApart,
  } as unknown as CompleteTransport;
  const options = resolveWorkerOptions({ abortGrace: GRACE, drainTimeout: DRAIN, ...script.worker });
  const worker = new Worker({
    transport,
    handlers: handlersOf(script),
    pool: createPool('async', options.concurrency),
    options,
    codecs,
    recording: null,
    transactionsOf: () => script.transactions,
    resultExpires: 1_000,
    publishTimeout: 1_000,
    logger: silentLogger,
    clock,
  });
  return { worker, log, clock, events: () => events };
}

/** A promise and the function that resolves it. */
export function signal(): { come: Promise<void>; give(): void } {
  let give!: () => void;
  const come = new Promise<void>((resolve) => (give = resolve));
  return { come, give };
}

export function aborted({ signal: told }: TaskContext): Promise<void> {
  return new Promise((resolve) => told.addEventListener('abort', () => resolve(), { once: true }));
}
