import { didYouMean } from './did-you-mean.js';
import { TaskQueueError } from './task-queue-error.js';

export class DuplicateTaskError extends TaskQueueError {
  readonly code = 'DUPLICATE_TASK';
  constructor(
    readonly task: string,
    places: readonly string[],
  ) {
    super(
      `Task '${task}' is registered more than once: ${places.join(' and ')}. ` +
        `Give each task its own name with @Task({ name }), or provide the class in one module and export it from there.`,
    );
  }
}

export class DuplicateClientError extends TaskQueueError {
  readonly code = 'DUPLICATE_CLIENT';
  constructor(readonly instance: string) {
    super(`TaskQueueModule is set up twice under the name '${instance}'. Import it once, or give one of them another 'name'.`);
  }
}

/** A task's method or parameter that cannot work as it is written. */
export class InvalidHandlerError extends TaskQueueError {
  readonly code = 'INVALID_HANDLER';
  constructor(where: string, problem: string, fix: string) {
    super(`${where}: ${problem}. ${fix}`);
  }
}

/** The argument of `runWorker` is not a worker application. */
export class InvalidAppError extends TaskQueueError {
  readonly code = 'INVALID_APP';
}

export class InvalidBrokerUrlError extends TaskQueueError {
  readonly code = 'INVALID_BROKER_URL';
  /** @param shown the URL without its password */
  constructor(shown: string, problem: string) {
    super(
      `Broker URL '${shown}' ${problem}. Use 'memory://', 'redis://user:password@host:port/db', 'postgres://user:password@host:port/database', or a URL of one of your 'engines'.`,
    );
  }
}

export class DriverMissingError extends TaskQueueError {
  readonly code = 'DRIVER_MISSING';
  /** @param what such as "A 'redis' broker" */
  constructor(
    readonly driver: string,
    what: string,
    cause: unknown,
  ) {
    super(`${what} needs the package '${driver}', which could not be loaded: npm install ${driver}`, { cause });
  }
}

export class BrokerVersionError extends TaskQueueError {
  readonly code = 'BROKER_VERSION';
  constructor(found: string, needed: string) {
    super(`The server is ${found}, but ${needed} or newer is needed. Upgrade the server.`);
  }
}

/** A worker or a task names a queue that is not declared. */
export class UnknownQueueError extends TaskQueueError {
  readonly code = 'QUEUE_UNKNOWN';
  constructor(
    readonly queue: string,
    where: string,
    known: readonly string[],
  ) {
    super(
      `${where} names the queue '${queue}', which is not declared.${didYouMean(queue, known)} Declare it in 'queues' of TaskQueueModule.forRoot.`,
    );
  }
}

/** A feature that was used although no address of the queue offers the part of a transport that it needs. */
export class PartMissingError extends TaskQueueError {
  readonly code = 'PART_MISSING';
  /**
   * @param feature such as "Revoking a task"
   * @param option of TaskQueueModule.forRoot that names the address
   * @param problem such as "the 'sqs' broker cannot revoke"
   */
  constructor(
    readonly feature: string,
    readonly option: string,
    problem: string,
    fix: string,
  ) {
    super(`${feature} is not supported: ${problem}. ${fix}`);
  }
}
