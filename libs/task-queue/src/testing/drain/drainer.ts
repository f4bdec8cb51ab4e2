import type { Outcome } from '../../core/attempt/outcome.js';
import type { TaskMessage } from '../../core/message/task-message.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { CompleteTransport } from '../../core/ports/broker/transport.js';
import type { OutcomeListener } from '../../core/worker/run/run-delivery.js';
import type { Worker } from '../../core/worker/worker.js';
import { errorOf, failuresOf, runOf, type DrainOptions, type DrainReport, type TaskRun } from './drain-report.js';
import { Gate } from './gate.js';
import { gatedTransport } from './gated-transport.js';

/** One queue instance, as the drainer uses it. */
export interface Drained {
  readonly transport: CompleteTransport;
  /** Creates a worker of this application on the given transport, not started. */
  prepare(transport: CompleteTransport, onOutcome: OutcomeListener): Worker;
  /** Called with the publications of its worker. */
  published(publications: readonly Publication[]): void;
  /** Resolves when the calls made so far have reached the broker. */
  sent(): Promise<void>;
}

const LIMIT = 10_000;

/** Runs the application's real workers on demand, until no message is due. */
export class Drainer {
  readonly #gate = new Gate();
  readonly #started = new Map<Drained, Worker>();
  #runs: TaskRun[] = [];
  #limit = LIMIT;
  #turn: Promise<unknown> = Promise.resolve();

  /** Drains one at a time; a concurrent call waits. */
  drain(all: readonly Drained[], options: DrainOptions): Promise<DrainReport> {
    const turn = this.#turn.then(() => this.#drain(all, options));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Call it when there may be new work. */
  moveOn(): void {
    this.#gate.moveOn();
  }

  get workers(): Worker[] {
    return [...this.#started.values()];
  }

  async #drain(all: readonly Drained[], { limit = LIMIT, throwFailures = false }: DrainOptions): Promise<DrainReport> {
    this.#runs = [];
    this.#limit = limit;
    await Promise.all(all.map((one) => this.#start(one)));
    await Promise.all(all.map((one) => one.sent()));
    this.#gate.open();
    await this.#untilNothingIsDue(all);
    const runs = this.#runs;
    const failures = failuresOf(runs);
    if (runs.length > limit) throw new Error(`drain() stopped after ${limit} attempts, and there are more: ${endless(runs)}`);
    if (throwFailures && failures.length > 0) throw errorOf(failures);
    return { runs, failures, later: await countLater(all) };
  }

  async #untilNothingIsDue(all: readonly Drained[]): Promise<void> {
    let moment: number;
    do {
      await this.#gate.allDry();
      moment = this.#gate.moment;
      await Promise.all([...this.workers.map((worker) => worker.idle()), ...all.map((one) => one.sent())]);
    } while (this.#gate.isOpen && this.#gate.moment !== moment);
    this.#gate.close();
  }

  async #start(one: Drained): Promise<void> {
    if (this.#started.has(one)) return;
    const transport = gatedTransport(one.transport, this.#gate, (publications) => one.published(publications));
    const worker = one.prepare(transport, (message, outcome) => this.#ended(message, outcome));
    await worker.start();
    this.#started.set(one, worker);
  }

  #ended(message: TaskMessage, outcome: Outcome): void {
    this.#runs.push(runOf(message, outcome));
    if (this.#runs.length <= this.#limit) return;
    this.#gate.close();
    this.#gate.moveOn();
  }
}

async function countLater(all: readonly Drained[]): Promise<number> {
  const counts = await Promise.all(
    all.map(async ({ transport: { inspector } }) => Promise.all((await inspector.queues()).map((queue) => inspector.counts(queue)))),
  );
  return counts.flat().reduce((sum, { delayed, limited }) => sum + delayed + limited, 0);
}

function endless(runs: readonly TaskRun[]): string {
  const names = [...new Set(runs.slice(-10).map(({ task }) => `'${task}'`))];
  return `the last were of ${names.join(', ')}. Does a task send itself endlessly? If not, raise the limit with drain({ limit }).`;
}
