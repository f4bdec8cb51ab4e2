import { CommandFailedError, UnknownCommandError } from '../../errors/control-errors.js';
import { TaskQueueError } from '../../errors/task-queue-error.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { ControlAnswer, ControlChannel, WorkerRequestCommand } from '../../ports/control/control-channel.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import { commandsOf } from './commands.js';
import { inspectionsOf } from './inspections.js';
import type { WorkerView } from './worker-view.js';

export interface ControlListenerDependencies {
  readonly control: ControlChannel;
  /** of the worker that it listens for */
  readonly worker: string;
  revoke(id: string, terminate: boolean): void;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/** A request is ignored this many ms after its deadline; the clocks of two machines differ by less. */
const LATE = 60_000;

/**
 * Receives requests to workers and answers for one worker. Requests that arrive while the worker starts wait until it
 * consumes; it continues to answer while it drains.
 */
export class ControlListener {
  readonly #answering = new Set<Promise<void>>();
  #early: WorkerRequestCommand[] = [];
  #methods: Readonly<Record<string, (args: never) => unknown>> | undefined;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(private readonly deps: ControlListenerDependencies) {}

  async start(): Promise<void> {
    const { control, revoke } = this.deps;
    this.#stopListening = await control.listen((command) => {
      if (command.type === 'request') this.#take(command);
      else for (const id of command.ids) revoke(id, command.terminate);
    });
  }

  /** Answers requests from now on, beginning with those that came during the start. */
  serve(view: WorkerView): void {
    this.#methods = { ...inspectionsOf(view), ...commandsOf(view) };
    for (const request of this.#early.splice(0)) this.#take(request);
  }

  /** Resolves when all requests taken so far are answered. */
  async stop(): Promise<void> {
    await this.#stopListening?.();
    await Promise.all(this.#answering);
  }

  #take(request: WorkerRequestCommand): void {
    const { worker, clock } = this.deps;
    if (request.workers !== null && !request.workers.includes(worker)) return;
    if (request.until !== null && clock.now() > request.until + LATE) return;
    if (this.#methods === undefined) return void this.#early.push(request);
    const answering = this.#answer(request).finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  /** Never rejects. */
  async #answer({ method, args, replyTo }: WorkerRequestCommand): Promise<void> {
    const { control, logger, worker } = this.deps;
    const answer = await this.#do(method, args);
    if (replyTo === null) return;
    try {
      await control.answer(replyTo, answer);
    } catch (error) {
      logger.warn('a question about this worker could not be answered', { worker, method, error });
    }
  }

  async #do(method: string, args: object): Promise<ControlAnswer> {
    const { worker, logger } = this.deps;
    try {
      const methods = this.#methods!;
      if (!Object.hasOwn(methods, method)) throw new UnknownCommandError(method, Object.keys(methods));
      return { worker, value: await methods[method]!(args as never) };
    } catch (thrown) {
      logger.warn('a worker refused what it was told', { worker, method, error: thrown });
      const { code, message } = thrown instanceof TaskQueueError ? thrown : new CommandFailedError(method, { cause: thrown });
      return { worker, error: { code, message } };
    }
  }
}
