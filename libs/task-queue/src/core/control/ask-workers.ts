import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { WorkerSilentError } from '../errors/control-errors.js';
import type { Duration } from '../message/duration.js';
import { checkOptions, durationField, positiveField } from '../options/check-options.js';
import type { Clock } from '../ports/runtime/clock.js';
import type { ControlAnswer, ControlChannel, ControlRefusal } from '../ports/control/control-channel.js';
import type { RequestAnswer, RequestArgs, WorkerRequest } from '../ports/control/worker-requests.js';

/** Whom to ask, and how long to wait for answers. */
export interface AskOptions {
  /** the name of a worker, or several; default: all */
  destination?: string | readonly string[];
  /** default '1s'; where workers are named, no longer than until all of them have answered */
  timeout?: Duration;
  /** wait for no more than so many answers */
  limit?: number;
}

/** The reply of one worker: its answer, or why it refuses. Workers with the same name reply separately. */
export type WorkerReply<T> =
  | { readonly worker: string; readonly value: T; readonly error?: undefined }
  | { readonly worker: string; readonly value?: undefined; readonly error: ControlRefusal };

const schema = z.object({
  destination: z
    .union([
      z
        .string()
        .min(1)
        .transform((name) => [name]),
      z.array(z.string().min(1)).min(1),
    ])
    .optional()
    .describe('the name of a worker, or a list of them'),
  timeout: durationField().prefault('1s').describe(durationField().description!),
  limit: positiveField.optional().describe(positiveField.description!),
});

/** Sends a request to running workers and collects their answers at best effort: an absent worker does not answer. */
export class AskWorkers {
  constructor(
    private readonly control: ControlChannel,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the answers by name of the worker; for each that was named and has not answered in time, WORKER_SILENT
   * @throws BrokerUnavailableError · UnknownOptionError · InvalidOptionError
   */
  async ask<M extends WorkerRequest>(
    method: M,
    args: RequestArgs<M>,
    options: AskOptions = {},
  ): Promise<readonly WorkerReply<RequestAnswer<M>>[]> {
    const { destination, timeout, limit } = checkOptions(schema, options, `${method}()`);
    const answers = new Answers(destination, limit);
    const replyTo = randomUUID();
    const stop = await this.control.hear(replyTo, (answer) => answers.add(answer));
    try {
      const until = this.clock.now() + timeout;
      await this.control.announce({ type: 'request', method, args, workers: destination ?? null, replyTo, until });
      await this.#within(timeout, answers.complete);
    } finally {
      await stop();
    }
    return answers.list(timeout) as WorkerReply<RequestAnswer<M>>[];
  }

  async #within(ms: number, done: Promise<void>): Promise<void> {
    let end = () => {};
    const deadline = new Promise<void>((resolve) => (end = resolve));
    const timer = this.clock.timer(ms, end);
    await Promise.race([done, deadline]);
    timer.clear();
  }
}

/** Collects the answers. */
class Answers {
  /** resolves when nothing more is waited for */
  readonly complete: Promise<void>;
  readonly #answers: ControlAnswer[] = [];
  readonly #missing: Set<string> | undefined;
  #done!: () => void;

  constructor(
    named: readonly string[] | undefined,
    private readonly limit = Infinity,
  ) {
    this.#missing = named && new Set(named);
    this.complete = new Promise((resolve) => (this.#done = resolve));
  }

  add(answer: ControlAnswer): void {
    if (this.#answers.length >= this.limit) return;
    this.#answers.push(answer);
    this.#missing?.delete(answer.worker);
    if (this.#missing?.size === 0 || this.#answers.length === this.limit) this.#done();
  }

  list(timeout: number): ControlAnswer[] {
    const silent = this.#answers.length >= this.limit ? [] : [...(this.#missing ?? [])];
    const all = [...this.#answers, ...silent.map((worker) => silence(worker, timeout))];
    return all.sort((a, b) => (a.worker < b.worker ? -1 : a.worker > b.worker ? 1 : 0));
  }
}

function silence(worker: string, timeout: number): ControlAnswer {
  const { code, message } = new WorkerSilentError(worker, timeout);
  return { worker, error: { code, message } };
}
