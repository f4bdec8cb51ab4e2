import { randomBytes } from 'node:crypto';
import type {
  ConsumeOptions,
  Consumer,
  Delivery,
  ExtendReport,
  RevokedDelivery,
  SettleReceipt,
  Settlement,
} from '../../../core/ports/broker/consumer.js';
import type { Due } from '../queue/due-heap.js';
import { LeaseRenewal } from './lease-renewal.js';
import type { MemoryQueue } from '../queue/memory-queue.js';
import type { MemorySession } from '../memory-session.js';
import type { MemoryStore } from '../memory-store.js';
import { refresh, takeMessages } from './receive.js';
import { settleOne, type SettleMoment } from './settle.js';
import { isSuspect, type LeaseOwner, type StoredMessage } from '../queue/stored-message.js';
import { SuspectTurns } from '../../shared/leases/suspect-turns.js';
import { call, waitForWork, type WaitingRoom } from './work-wait.js';

interface Held {
  readonly delivery: Delivery;
  /** epoch ms by the local clock */
  deadline: number;
}

/** Hands out deliveries of its queues under leases, and renews those while it is open. */
export class MemoryConsumer implements Consumer, LeaseOwner {
  lastReceiveAt: number;
  private readonly id = randomBytes(8).toString('hex');
  private tokens = 0;
  private queues: readonly MemoryQueue[];
  private readonly held = new Map<string, Held>();
  private readonly waiting: WaitingRoom = new Set();
  private readonly renewal: LeaseRenewal | null;
  private readonly turns: SuspectTurns;
  private readonly stop = (): void => this.end();
  private closed = false;

  constructor(
    private readonly session: MemorySession,
    private readonly store: MemoryStore,
    queues: readonly string[],
    private readonly options: ConsumeOptions,
  ) {
    const { clock } = session.options;
    this.queues = this.queuesOf(queues);
    this.lastReceiveAt = clock.now();
    this.renewal = options.renew === false ? null : new LeaseRenewal(clock, options.lease / 3, () => this.renew());
    this.turns = new SuspectTurns(options.lease);
    session.onClose.add(this.stop);
  }

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const { clock } = this.session.options;
    const deadline = clock.now() + this.options.maxWait;
    while (limit > 0 && !this.closed && !signal.aborted) {
      const taken = this.take(limit);
      const left = deadline - clock.now();
      if (taken.length > 0 || left <= 0) return taken;
      const rooms = [this.waiting, ...this.queues.map((queue) => queue.waiting)];
      await waitForWork(rooms, Math.min(left, this.nextChange()), signal, clock);
    }
    return [];
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const { dedupRetention, deadLetterLimit } = this.session.options;
    const moment = { now: this.session.now(), dedupRetention, deadLetterLimit };
    const revoked = this.revokedOf(settlements.map(({ delivery }) => delivery));
    const receipts = settlements.map((settlement) => this.trySettle(settlement, moment));
    if (revoked.length > 0) this.tell(() => this.options.events.revoked(revoked));
    this.lookAgainIfIdle();
    return receipts;
  }

  async extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    const lost: Delivery[] = [];
    const kept: Delivery[] = [];
    for (const delivery of deliveries) (this.extendOne(delivery) ? kept : lost).push(delivery);
    return { lost, revoked: this.revokedOf(kept) };
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    this.queues = this.queuesOf(queues);
    call(this.waiting);
  }

  holds(delivery: Delivery): boolean {
    const held = this.held.get(delivery.token);
    return held !== undefined && held.deadline > this.session.options.clock.now();
  }

  async close(): Promise<void> {
    this.end();
  }

  defend(lease: Due): boolean {
    const until = lease.at;
    if (this.renewal?.overdue) this.renewal.tick();
    return lease.at > until;
  }

  lose(token: string): void {
    const lost = this.held.get(token);
    this.held.delete(token);
    this.lookAgainIfIdle();
    if (lost && !this.closed) this.tell(() => this.options.events.lost([lost.delivery]));
  }

  private queuesOf(names: readonly string[]): readonly MemoryQueue[] {
    return [...new Set(names)].map((name) => this.store.queue(name));
  }

  private take(limit: number): Delivery[] {
    const now = this.session.now();
    this.lastReceiveAt = this.session.options.clock.now();
    refresh(this.queues, now);
    const { turns, lastReceiveAt } = this;
    turns.seen(suspectsOf(this.queues), false, false);
    const turn = turns.next(this.held.size, this.holdsSuspect(), lastReceiveAt);
    const messages = takeMessages(this.queues, limit, turn, now, (message) => this.store.isToRun(message, now));
    if (this.queues.length > 1) this.queues = [...this.queues.slice(1), this.queues[0]]; // queues take turns at being first
    if (messages.length === 0) return [];
    turns.seen(suspectsOf(this.queues), isSuspect(messages[0]), true);
    this.renewal?.start();
    return messages.map((message) => this.lease(message, now));
  }

  /** ms until a receive may find work without being woken. */
  private nextChange(): number {
    const now = this.session.now();
    const due = Math.min(...this.queues.map((queue) => queue.nextDue(now))) - now;
    return Math.min(due, this.turns.remaining(this.session.options.clock.now()));
  }

  /** A suspect may have waited for the moment when nothing is held. */
  private lookAgainIfIdle(): void {
    if (this.held.size === 0) call(this.waiting);
  }

  private lease(message: StoredMessage, now: number): Delivery {
    const { id, queue, priority, body, lostLeases } = message;
    const token = `${this.id}-${(this.tokens++).toString(36)}`;
    const place = this.store.queue(queue);
    place.lease(message, token, this, now + this.options.lease);
    place.uniqueKeys.free(message, 'start', now);
    const revoked = this.store.markOf(id, now) !== undefined;
    const delivery: Delivery = { id, queue, priority, token, body, lostLeases, revoked };
    this.held.set(token, { delivery, deadline: this.lastReceiveAt + this.options.lease });
    return delivery;
  }

  private trySettle(settlement: Settlement, moment: SettleMoment): SettleReceipt {
    const { id, token } = settlement.delivery;
    this.held.delete(token);
    try {
      return settleOne(this.store, settlement, moment);
    } catch (error) {
      this.session.options.logger.error('A settlement cannot be stored; its message is left to its lease', { taskId: id, error });
      return { id, accepted: false };
    }
  }

  private extendOne({ id, queue, token }: Delivery): boolean {
    const message = this.store.find(id);
    if (message?.lease?.token !== token) return false;
    this.store.queue(queue).leased.move(message, this.session.now() + this.options.lease);
    const held = this.held.get(token);
    if (held) held.deadline = this.session.options.clock.now() + this.options.lease;
    return true;
  }

  private renew(): boolean {
    const deliveries = [...this.held.values()].map(({ delivery }) => delivery);
    deliveries.forEach((delivery) => this.extendOne(delivery));
    const revoked = this.revokedOf(deliveries);
    if (revoked.length > 0) this.tell(() => this.options.events.revoked(revoked));
    return deliveries.length > 0;
  }

  private revokedOf(deliveries: readonly Delivery[]): RevokedDelivery[] {
    const now = this.session.now();
    return deliveries.flatMap(({ id }) => {
      const mark = this.store.markOf(id, now);
      return mark ? [{ id, terminate: mark.terminate }] : [];
    });
  }

  /** A suspect is always alone, so looking at one delivery is enough. */
  private holdsSuspect(): boolean {
    for (const { delivery } of this.held.values()) return isSuspect(delivery);
    return false;
  }

  /** After the current step, so that a listener never sees a store that is half changed. */
  private tell(event: () => void): void {
    queueMicrotask(() => {
      try {
        event();
      } catch (error) {
        this.session.options.logger.error('A listener of consumer events threw', { error });
      }
    });
  }

  private end(): void {
    this.closed = true;
    this.renewal?.stop();
    this.session.onClose.delete(this.stop);
    call(this.waiting);
  }
}

function suspectsOf(queues: readonly MemoryQueue[]): number {
  return queues.reduce((sum, { paused, suspects }) => sum + (paused ? 0 : suspects.size), 0);
}
