import { isOutage, PublishUncertainError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import type { TaskClient } from '../../libs/task-queue/src/core/client/task-client.js';
import type { PlannedCall } from './load.js';

const PAUSE = 50;
/** ms beyond which a broker that is not reachable is a finding of its own */
const PATIENCE = 60_000;

/** Sends what was planned, and goes on until the broker has answered, as a careful caller would. */
export class Sender {
  /** by id, what the broker has accepted */
  readonly accepted = new Map<string, PlannedCall>();
  /** of calls without an id of their own whose answer was lost: they may be there or not */
  readonly unknown = new Set<string>();

  constructor(
    private readonly client: TaskClient,
    private readonly patience = PATIENCE,
  ) {}

  async send(calls: readonly PlannedCall[]): Promise<void> {
    await Promise.all(calls.map((call) => this.#send(call)));
  }

  /** Begins a new round. */
  clear(): void {
    this.accepted.clear();
    this.unknown.clear();
  }

  async #send(call: PlannedCall): Promise<void> {
    const id = await this.#persist(() => this.#try(call));
    if (id === null) return;
    this.accepted.set(id, call);
    if (call.revoke) await this.#persist(() => this.client.revoke(id, { terminate: true }));
  }

  /** @returns the id of what is there now; null when that is not known */
  async #try(call: PlannedCall): Promise<string | null> {
    try {
      return (await this.client.sendTask(call.task, call.args, call.options)).id;
    } catch (error) {
      if (!(error instanceof PublishUncertainError) || call.options.taskId !== undefined) throw error;
      for (const id of error.ids) this.unknown.add(id);
      return null;
    }
  }

  /** Tries for as long as the broker cannot be reached, or is full. */
  async #persist<T>(send: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.patience;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!isOutage(error) || performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  }
}
