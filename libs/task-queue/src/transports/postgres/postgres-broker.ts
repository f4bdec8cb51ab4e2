import { BrokerUnavailableError } from '../../errors/publish-errors.js';
import type { Broker, BrokerCapabilities, Consumer, PublishReceipt } from '../../ports/index.js';
import type { PostgresContext } from './postgres-context.js';

/** Takes messages in; stands in until the queues are there. */
export class PostgresBroker implements Broker {
  readonly capabilities: BrokerCapabilities = {
    name: 'postgres',
    durable: true,
    priorities: false,
    delay: false,
    dedup: false,
    unique: false,
    rateLimits: false,
    atomicResults: false,
    atomicFollowUps: false,
    atomicJoins: false,
  };

  constructor(
    readonly context: PostgresContext,
    private readonly lifecycle: { connect(): Promise<void>; close(): Promise<void> },
  ) {}

  connect(): Promise<void> {
    return this.lifecycle.connect();
  }

  close(): Promise<void> {
    return this.lifecycle.close();
  }

  async stop(): Promise<void> {}

  async publish(): Promise<PublishReceipt[]> {
    throw new BrokerUnavailableError('Publishing');
  }

  async consume(): Promise<Consumer> {
    throw new BrokerUnavailableError('Consuming');
  }

  async revoke(): Promise<void> {
    throw new BrokerUnavailableError('Revoking');
  }

  async setRate(): Promise<void> {
    throw new BrokerUnavailableError('Setting a rate');
  }
}
