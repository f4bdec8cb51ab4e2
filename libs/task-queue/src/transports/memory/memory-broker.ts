import type { Broker, RevokeOptions } from '../../core/ports/broker/broker.js';
import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { ConsumeOptions, Consumer } from '../../core/ports/broker/consumer.js';
import { checkInterval } from '../../core/ports/broker/rate-limit.js';
import { checkPublication } from '../shared/check-publication.js';
import { MemoryConsumer } from './consume/memory-consumer.js';
import type { MemorySession } from './memory-session.js';
import { memory } from './engine.js';
import { TransportPart } from '../shared/transport-part.js';

/** The broker of one session on a shared store. Messages do not survive the process. */
export class MemoryBroker extends TransportPart implements Broker {
  readonly capabilities = { ...memory.capabilities };

  constructor(private readonly session: MemorySession) {
    super(session);
  }

  async publish(publications: readonly Publication[]): Promise<PublishReceipt[]> {
    const store = this.session.store('Publishing');
    const { dedupRetention } = this.session.options;
    const now = this.session.now();
    publications.forEach(checkPublication);
    return publications.map((publication) => store.publish(publication, dedupRetention, now));
  }

  async consume(queues: readonly string[], options: ConsumeOptions): Promise<Consumer> {
    return new MemoryConsumer(this.session, this.session.store('Consuming'), queues, options);
  }

  async revoke(ids: readonly string[], { terminate }: RevokeOptions): Promise<void> {
    const store = this.session.store('Revoking');
    const now = this.session.now();
    for (const id of ids) store.mark(id, terminate, this.session.options.revokesExpire, now);
  }

  async setRate(key: string, intervalMs: number | null): Promise<void> {
    if (intervalMs !== null) checkInterval(intervalMs);
    this.session.store('Setting a rate').setRate(key, intervalMs);
  }
}
