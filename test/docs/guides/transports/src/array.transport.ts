import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { BrokerUnavailableError } from 'nestjs-task-queue';
import { type Broker, checkPublication, type ConsumeOptions, type Consumer, type Delivery } from 'nestjs-task-queue/spi';
import { orAborted, type Settlement, type SettleReceipt, type Transport, type TransportOptions } from 'nestjs-task-queue/spi';
import { capabilities } from './array.capabilities.js';

interface Stored extends Omit<Delivery, 'token' | 'revoked' | 'lostLeases'> {
  lostLeases: number;
  /** the token of its delivery; null = it waits */
  held: string | null;
  /** epoch ms; 0 = at once */
  dueAt: number;
  dead: boolean;
}

class Store {
  messages: Stored[] = [];
  readonly changes = new EventEmitter().setMaxListeners(0);
}

const stores = new Map<string, Store>();

export function open(url: string, options: TransportOptions): Transport {
  const name = `${url} ${options.keyPrefix}`;
  const store = stores.get(name) ?? new Store();
  stores.set(name, store);
  const broker = brokerOf(store, options);
  return { broker, connect: () => broker.connect(), close: () => broker.close() };
}

function brokerOf(store: Store, { clock }: TransportOptions): Broker {
  const consumers = new Set<Consumer>();
  let isClosed = false;
  return {
    capabilities,
    connect: async () => {},
    async close() {
      isClosed = true;
      for (const consumer of consumers) await consumer.close();
    },
    async publish(publications) {
      if (isClosed) throw new BrokerUnavailableError('Publishing to the array');
      publications.forEach(checkPublication);
      const receipts = publications.map(({ id, queue, body, headers, priority, due }) => {
        const deduplicated = store.messages.some((message) => message.id === id);
        const dueAt = due === undefined ? 0 : 'eta' in due ? due.eta : clock.now() + due.delay;
        const message = { id, queue, body, priority, dueAt, ...(headers && { headers }), lostLeases: 0, held: null, dead: false };
        if (!deduplicated) store.messages.push(message);
        return { id, deduplicated };
      });
      store.changes.emit('change');
      return receipts;
    },
    async consume(queues, options) {
      const consumer = new ArrayConsumer(store, queues, options, clock);
      consumers.add(consumer);
      return consumer;
    },
  };
}

class ArrayConsumer implements Consumer {
  lastReceiveAt = 0;
  readonly #held = new Map<string, Stored>();
  #closed = false;

  constructor(
    private readonly store: Store,
    private queues: readonly string[],
    private readonly options: ConsumeOptions,
    private readonly clock: TransportOptions['clock'],
  ) {}

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const deadline = this.clock.now() + this.options.maxWait;
    while (!this.#closed && !signal.aborted) {
      const now = (this.lastReceiveAt = this.clock.now());
      const taken = this.#next(limit, now).map((message) => this.#deliver(message));
      if (taken.length > 0 || now >= deadline) return taken;
      const dueAt = this.store.messages.filter(({ held, dead }) => held === null && !dead).map((message) => message.dueAt);
      await this.#change(Math.min(deadline, ...dueAt.filter((at) => at > now)) - now, signal);
    }
    return [];
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const receipts = settlements.map((settlement) => {
      const { token, id } = settlement.delivery;
      const message = this.#held.get(token)?.id === id ? this.#held.get(token) : undefined;
      if (message !== undefined) this.#end(message, token, settlement);
      return { id, accepted: message !== undefined };
    });
    this.store.changes.emit('change');
    return receipts;
  }

  /** The deliveries are this consumer's until it closes, so nothing needs to be renewed. */
  async extend(deliveries: readonly Delivery[]) {
    return { lost: deliveries.filter((delivery) => !this.holds(delivery)), revoked: [] };
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    this.queues = queues;
    this.store.changes.emit('change');
  }

  holds({ token }: Delivery): boolean {
    return this.#held.has(token);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const message of this.#held.values()) Object.assign(message, { held: null, lostLeases: message.lostLeases + 1 });
    this.#held.clear();
    this.store.changes.emit('change');
  }

  /** A suspect is handed out alone. */
  #next(limit: number, now: number): Stored[] {
    const isReady = ({ queue, held, dueAt, dead }: Stored) => held === null && !dead && dueAt <= now && this.queues.includes(queue);
    const ready = this.store.messages.filter(isReady).sort((one, other) => one.dueAt - other.dueAt);
    // Queues take turns at being first, so that a full one does not starve the others.
    this.queues = [...this.queues.slice(1), ...this.queues.slice(0, 1)];
    ready.sort((one, other) => this.queues.indexOf(one.queue) - this.queues.indexOf(other.queue));
    const suspect = ready.find(isSuspect);
    if (suspect !== undefined && this.#held.size === 0) return [suspect];
    return [...this.#held.values()].some(isSuspect) ? [] : ready.filter((message) => !isSuspect(message)).slice(0, limit);
  }

  #deliver(message: Stored): Delivery {
    const token = (message.held = randomUUID());
    this.#held.set(token, message);
    const { id, queue, body, headers, priority, lostLeases } = message;
    return { id, queue, body, ...(headers && { headers }), priority, lostLeases, token, revoked: false };
  }

  #end(message: Stored, token: string, settlement: Settlement): void {
    const now = this.clock.now();
    this.#held.delete(token);
    message.held = null;
    if (settlement.kind === 'ack') this.store.messages.splice(this.store.messages.indexOf(message), 1);
    if (settlement.kind === 'deadLetter') message.dead = true;
    if (settlement.kind === 'release') {
      message.dueAt = now + settlement.delay;
      if (settlement.charge) message.lostLeases++;
    }
    if (settlement.kind !== 'retry') return;
    const { body, due } = settlement;
    this.store.messages.splice(this.store.messages.indexOf(message), 1);
    this.store.messages.push({ ...message, body, lostLeases: 0, dueAt: 'eta' in due ? due.eta : now + due.delay });
  }

  async #change(ms: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const timer = this.clock.timer(ms, () => waiting.abort());
    await orAborted(
      once(this.store.changes, 'change', waiting).catch(() => {}),
      signal,
    );
    timer.clear();
    waiting.abort();
  }
}

function isSuspect({ lostLeases }: Stored): boolean {
  return lostLeases >= 2;
}
