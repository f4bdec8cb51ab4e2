import type { Codecs } from '../message/codecs.js';
import type { TaskResultRecord } from '../message/task-result.js';
import type { Clock } from '../ports/runtime/clock.js';
import type { TaskLogger } from '../ports/runtime/logger.js';
import type { TaskOptions, TransactionsOf } from '../ports/task/task-handler.js';
import type { OnTaskError } from './listening/error-report.js';
import type { Listeners } from './listening/listeners.js';
import type { Recording } from './records/make-record.js';

/** Where attempts run: one for each worker, one for eager runs. */
export interface AttemptEnvironment {
  /** name of the worker; 'eager' in eager mode */
  readonly worker: string;
  readonly isEager: boolean;
  readonly codecs: Codecs;
  /** null = results contain only the outcome */
  readonly recording: Recording | null;
  /** ms that results are kept, unless the task says otherwise */
  readonly resultExpires: number;
  /** default: no signal has a listener */
  readonly listeners: Listeners | undefined;
  readonly onTaskError?: OnTaskError | undefined;
  /** the transactions of transactional handlers; default: no handler is one */
  readonly transactionsOf?: TransactionsOf | undefined;
  /** stores a state between start and end */
  saveState(record: TaskResultRecord, options: TaskOptions): Promise<void>;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}
