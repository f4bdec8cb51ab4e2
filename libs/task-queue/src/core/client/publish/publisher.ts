import { BrokerUnavailableError, PublishUncertainError, TaskNotUniqueError } from '../../errors/publish-errors.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Publication, PublishReceipt } from '../../ports/broker/publication.js';
import { pauseBefore, type PublishRetry } from '../../policies/retry/publish-retry.js';
import { groupsOf, publishInParts } from './publish-in-parts.js';

interface Waiting {
  readonly publication: Publication;
  /** null = one try */
  readonly retry: PublishRetry | null;
  resolve(receipt: PublishReceipt): void;
  reject(error: unknown): void;
}

/** The progress of a batch. */
interface Tries {
  readonly deadline: number;
  /** counted from 1 */
  readonly attempt: number;
  /** an earlier try may have arrived, so no later failure may claim that nothing was sent */
  readonly unknown: PublishUncertainError | null;
}

/** A batch of this size is sent at once, so that the broker works on it while the tick makes more calls. */
const FULL_BATCH = 250;
/** ms between two tries of calls that wait for somebody else */
const PART_PAUSE = 25;
/** ms; what waits is not tried with less time, because the try could end without an answer */
const SHORTEST_TRY = 300;

/** Publishes calls. Those of the same tick are sent in batches, in the order in which they were made. */
export class Publisher {
  #waiting: Waiting[] = [];
  readonly #inFlight = new Set<Promise<void>>();

  /** @param timeout ms for all tries of a batch together */
  constructor(
    private readonly broker: Broker,
    private readonly timeout: number,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the message is durable.
   * @throws BrokerUnavailableError · PublishUncertainError · BrokerFullError · TaskNotUniqueError
   */
  send(publication: Publication, retry: PublishRetry | null): Promise<PublishReceipt> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ publication, retry, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
      else if (this.#waiting.length >= FULL_BATCH) this.#flush();
    });
  }

  /** Resolves when every earlier call has been published or has failed. */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight.size > 0) {
      await Promise.resolve();
      await Promise.all(this.#inFlight);
    }
  }

  #flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    const done = this.#publish(batch, { deadline: this.clock.now() + this.timeout, attempt: 1, unknown: null }).finally(() =>
      this.#inFlight.delete(done),
    );
    this.#inFlight.add(done);
  }

  async #publish(batch: readonly Waiting[], tries: Tries): Promise<void> {
    const held = await this.#try(batch, tries, batch.length > 1);
    if (held !== null) await this.#publishInParts(batch, tries, held);
  }

  /** @returns null = all calls are answered, or will be; an error = some wait for somebody else, and none was sent */
  async #try(batch: readonly Waiting[], tries: Tries, divisible: boolean): Promise<BrokerUnavailableError | null> {
    const { attempt, deadline } = tries;
    try {
      const timeout = Math.max(1, deadline - this.clock.now());
      const receipts = await this.broker.publish(
        batch.map(({ publication }) => (attempt === 1 ? publication : { ...publication, fresh: false })),
        { timeout, divisible },
      );
      batch.forEach((one, index) => answer(one, attempt === 1 ? receipts[index]! : ofRetry(one.publication, receipts[index]!)));
    } catch (error) {
      if (divisible && error instanceof BrokerUnavailableError && error.waits) return error;
      await this.#tryAgain(batch, tries, error);
    }
    return null;
  }

  /** Calls that wait for nobody are published while another one of the batch waits. */
  async #publishInParts(batch: readonly Waiting[], tries: Tries, held: BrokerUnavailableError): Promise<void> {
    await publishInParts(groupsOf(batch), {
      once: async (some) => {
        if (tries.deadline - this.clock.now() >= SHORTEST_TRY) return (await this.#try(some, tries, true)) === null;
        await this.#tryAgain(some, tries, held);
        return true;
      },
      pause: () => new Promise((resolve) => void this.clock.timer(PART_PAUSE, resolve)),
    });
  }

  /** Calls with the same pause are tried again together; calls without one fail. */
  async #tryAgain(batch: readonly Waiting[], { deadline, attempt, unknown: before }: Tries, error: unknown): Promise<void> {
    const unknown = error instanceof PublishUncertainError ? error : before;
    const groups = new Map<number | null, Waiting[]>();
    for (const one of batch) {
      const pause = this.#pauseBefore(one, deadline, attempt, error);
      const group = groups.get(pause);
      if (group === undefined) groups.set(pause, [one]);
      else group.push(one);
    }
    for (const one of groups.get(null) ?? []) one.reject(unknown ?? error);
    groups.delete(null);
    await Promise.all(
      [...groups].map(async ([pause, group]) => {
        if (pause! > 0) await new Promise<void>((resolve) => this.clock.timer(pause!, resolve));
        await this.#publish(group, { deadline, attempt: attempt + 1, unknown });
      }),
    );
  }

  /** ms; null = no further try */
  #pauseBefore({ retry }: Waiting, deadline: number, attempt: number, error: unknown): number | null {
    if (retry === null || !mayBeSentAgain(error)) return null;
    const pause = pauseBefore(retry, attempt);
    return pause === null || this.clock.now() + pause >= deadline ? null : pause;
  }
}

/** Nothing was sent, or the broker knows the ids of what arrived. A full or refusing broker is not tried again: the caller must know. */
function mayBeSentAgain(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || error instanceof PublishUncertainError;
}

/** A fresh id that the broker already knows came from the try before: the caller sent no duplicate. */
function ofRetry(publication: Publication, receipt: PublishReceipt): PublishReceipt {
  return publication.traced || receipt.id !== publication.id ? receipt : { ...receipt, deduplicated: false };
}

function answer({ publication, resolve, reject }: Waiting, receipt: PublishReceipt): void {
  if (receipt.refused === undefined) resolve(receipt);
  else reject(new TaskNotUniqueError(publication.id, publication.unique!.key, receipt.refused.holder));
}
