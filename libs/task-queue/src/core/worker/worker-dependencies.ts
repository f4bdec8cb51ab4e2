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

/** The parts of a worker. */
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
  /** null = results contain only the outcome */
  readonly recording: Recording | null;
  /** default: no signal has a listener */
  readonly listeners?: Listeners | undefined;
  /** the transactions of transactional handlers; default: no handler is one */
  readonly transactionsOf?: TransactionsOf | undefined;
  readonly onOutcome?: OutcomeListener | undefined;
  /** the options of its queue without secrets, for `inspect conf`; default: none */
  readonly configuration?: (() => Readonly<Record<string, unknown>>) | undefined;
  /** called for the `shutdown` command, to end the process; default: the worker stops itself */
  readonly shutDown?: (() => void) | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}
