import type { Recording } from '../attempt/records/make-record.js';
import type { Listeners } from '../attempt/listening/listeners.js';
import type { Codecs } from '../message/codecs.js';
import type { Clock } from '../ports/runtime/clock.js';
import type { Pool } from '../ports/runtime/pool.js';
import type { TaskLogger } from '../ports/runtime/logger.js';
import type { TransactionsOf } from '../ports/task/task-handler.js';
import type { CompleteTransport } from '../ports/broker/transport.js';
import type { HandlerRegistry } from './handler-registry.js';
import type { OutcomeListener } from './run/run-delivery.js';
import type { WorkerOptions } from './worker-options.js';

/** What a worker is made of. */
export interface WorkerDependencies {
  readonly transport: CompleteTransport;
  readonly codecs: Codecs;
  readonly handlers: HandlerRegistry;
  readonly pool: Pool;
  readonly options: WorkerOptions;
  /** ms that results are kept */
  readonly resultExpires: number;
  /** ms that a publish may take */
  readonly publishTimeout: number;
  /** what results tell beyond the outcome; null = nothing */
  readonly recording: Recording | null;
  /** told of its signals; default: nobody */
  readonly listeners?: Listeners | undefined;
  /** the transactions of transactional handlers; default: no handler is one */
  readonly transactionsOf?: TransactionsOf | undefined;
  readonly onOutcome?: OutcomeListener | undefined;
  /** the options of its queue as people may see them; default: none are told */
  readonly configuration?: (() => Readonly<Record<string, unknown>>) | undefined;
  /** ends the process that is its own, when the worker is told to shut down; default: it stops itself */
  readonly shutDown?: (() => void) | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}
