import type { Codecs } from '../../message/codecs.js';
import type { BrokerCapabilities } from '../../ports/broker/capabilities.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Consumer } from '../../ports/broker/consumer.js';
import type { Inspector } from '../../ports/control/inspector.js';
import type { Pool } from '../../ports/runtime/pool.js';
import type { RequestAnswer, RequestArgs, WorkerRequest } from '../../ports/control/worker-requests.js';
import type { HandlerRegistry } from '../handler-registry.js';
import type { RunningTasks } from '../run/running-tasks.js';
import type { Slots } from '../intake/slots.js';
import type { Subscription } from '../intake/subscription.js';
import type { WorkerOptions } from '../worker-options.js';

/** A consuming worker, as the answers to requests see it. */
export interface WorkerView {
  readonly options: WorkerOptions;
  readonly handlers: HandlerRegistry;
  readonly codecs: Codecs;
  readonly pool: Pool;
  readonly broker: BrokerCapabilities;
  readonly inspector: Inspector;
  readonly consumer: Pick<Consumer, 'lastReceiveAt'>;
  readonly running: RunningTasks;
  readonly slots: Slots;
  readonly subscription: Subscription;
  readonly clock: Clock;
  /** epoch ms */
  readonly startedAt: number;
  stopping(): boolean;
  /** the options of its queue, without secrets */
  configuration(): Readonly<Record<string, unknown>>;
  /** @throws where so many tasks cannot run at once */
  checkConcurrency(concurrency: number): Promise<void>;
  /** Begins to stop the worker, or its process where it has one of its own. */
  shutDown(): void;
}

/** Answers one request each. */
export type Answering<M extends WorkerRequest> = {
  readonly [K in M]: (args: RequestArgs<K>) => RequestAnswer<K> | Promise<RequestAnswer<K>>;
};
