import assert from 'node:assert/strict';

import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { ConsumeOptions } from '../../core/ports/broker/consumer.js';
import type { Location } from '../../core/ports/control/inspector.js';
import type { CompleteTransport, TransportOptions } from '../../core/ports/broker/transport.js';
import { completedBy } from './not-offered.js';
import { HandConsumer, LEASE } from './hand-consumer.js';
import type { ConformanceHarness, HarnessFactory } from './harness.js';
import { testRunner } from './test-runner.js';

export const QUEUE = 'work';
/** ms after which a consumer may take over expired leases */
export const SWEEP_AFTER = 5_001;

/** The fixture of one test: a transport on its own store, with helpers for the common steps. */
export class Stage {
  transport!: CompleteTransport;
  /** the test needs what the transport does not offer */
  doesNotApply = false;

  private constructor(readonly harness: ConformanceHarness) {}

  static async open(factory: HarnessFactory): Promise<Stage> {
    const stage = new Stage(await factory());
    stage.transport = await stage.another();
    return stage;
  }

  get broker() {
    return this.transport.broker;
  }

  get results() {
    return this.transport.results;
  }

  get joins() {
    return this.transport.joins;
  }

  get inspector() {
    return this.transport.inspector;
  }

  /** Publishes messages. An id alone means a plain message to {@link QUEUE}. */
  publish(...publications: readonly (string | PublicationInput)[]): Promise<PublishReceipt[]> {
    return this.broker.publish(publications.map(publication), { timeout: 5_000 });
  }

  /** @param options.on a transport of another process; default: the stage's own */
  async consumer({ queues = [QUEUE], on = this.transport, ...options }: ConsumerInput = {}): Promise<HandConsumer> {
    const hand = new HandConsumer();
    hand.consumer = await on.broker.consume(queues, {
      lease: LEASE,
      renew: false,
      maxLoopBlock: 60_000,
      maxWait: 5,
      events: hand.events,
      ...options,
    });
    return hand;
  }

  /**
   * A consumer that has been connected for long enough to take over expired leases (rule 8). Moves the store's clock
   * forward by {@link SWEEP_AFTER}.
   */
  async sweeper(options: ConsumerInput = {}): Promise<HandConsumer> {
    const sweeper = await this.consumer(options);
    this.shiftTime(SWEEP_AFTER);
    return sweeper;
  }

  /** Another process on the same store. */
  async another(options?: Partial<TransportOptions>): Promise<CompleteTransport> {
    return completedBy(await this.harness.open(options), () => this.#reject());
  }

  shiftTime(ms: number): void {
    if (ms >= LEASE) this.needsTimedLeases();
    this.harness.shiftTime(ms);
  }

  /** The test lets a lease expire, which the lease of a connection does not. */
  needsTimedLeases(): void {
    if (this.broker.capabilities.leases === 'connection') throw this.#miss();
  }

  /** Simulates a worker that takes all messages and dies, until its leases have expired. */
  async crash(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      const victim = await this.sweeper();
      await victim.take();
      await victim.consumer.close();
      this.shiftTime(LEASE + 1);
    }
  }

  async placeOf(id: string): Promise<Location['place'] | null> {
    const [found] = await this.inspector.locate([id]);
    return found && found.place;
  }

  async assertNothingLeft(): Promise<void> {
    assert.deepEqual(await this.harness.leftovers(), []);
  }

  #reject(): Promise<never> {
    const rejected = Promise.reject<never>(this.#miss());
    rejected.catch(() => {}); // the test may have ended
    return rejected;
  }

  #miss(): Error {
    this.doesNotApply = true;
    return new Error('the transport under test does not offer this');
  }
}

export type PublicationInput = Pick<Publication, 'id'> & Partial<Publication>;
export type ConsumerInput = Partial<ConsumeOptions> & { readonly queues?: readonly string[]; readonly on?: CompleteTransport };

/** A publication to {@link QUEUE}, with a body that contains its id. */
export function publication(input: string | PublicationInput): Publication {
  const given = typeof input === 'string' ? { id: input } : input;
  return { queue: QUEUE, body: `body of ${given.id}`, priority: 5, traced: false, ...given };
}

/** Declares a test that gets its own stage. */
export type StagedTest = (name: string, body: (stage: Stage) => Promise<void>) => void;

export function staged(factory: HarnessFactory): StagedTest {
  return (name, body) =>
    testRunner().it(name, async () => {
      const stage = await Stage.open(factory);
      try {
        await body(stage);
      } catch (error) {
        if (!stage.doesNotApply) throw error;
      } finally {
        await stage.harness.close();
      }
    });
}

/** Ids that sort in numeric order. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${String(index).padStart(5, '0')}`);
}
