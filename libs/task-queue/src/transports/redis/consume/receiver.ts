import type { ConsumeOptions, Delivery } from '../../../core/ports/broker/consumer.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { callStore, toBrokerError } from '../connection/call-store.js';
import type { HeldLeases } from '../../shared/leases/held-leases.js';
import { monotonic } from '../../shared/monotonic.js';
import { readReceiveAnswer } from './receive-answer.js';
import type { ReceiveAnswer } from './receive-answer.js';
import type { RedisContext } from '../redis-context.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import { SuspectTurns } from '../../shared/leases/suspect-turns.js';
import type { SuspectTurn } from '../../shared/leases/suspect-turns.js';
import { SweepGate } from '../../shared/leases/sweep-gate.js';
import { orAborted } from '../../shared/or-aborted.js';
import type { WakeWaiter } from './wake-waiter.js';

/** Lua unpacks a bounded number of values. */
const MAX_BATCH = 500;
/** ms after a queue was found to hold more than plain messages in which the short script is not tried */
const NOT_PLAIN_FOR = 1_000;
/** ms that a receive whose answer was lost is barred from running late */
const VOID_TTL = 600_000;
const RETRY_PAUSE = 50;
/** ms by which waits for the same moment differ, so that not always the same consumer is first */
const JITTER = 2;
/** ms after which what is due should have been taken by somebody */
const AFTER_DUE = 20;
/** ms that closing goes on trying to give back what an unanswered receive may have taken */
const LAST_PATIENCE = 500;

/** Takes work: looks at all its queues in one call, and where there is none waits for a wake-up or until something is due. */
export class Receiver {
  lastReceiveAt = 0;
  readonly #turns: SuspectTurns;
  readonly #sweeps: SweepGate;
  /** tokens of receives that were sent and whose answer nobody has seen */
  readonly #unanswered = new Set<string>();
  /** by name, all that it ever received from: an unanswered receive may still be of one that was left */
  readonly #ever = new Map<string, QueueKeys>();
  #queues: readonly QueueKeys[] = [];
  #closed = false;
  /** waits now, and looks again when something is due */
  #watching = false;
  #dueTimer: NodeJS.Timeout | undefined;
  #sequence = 0;
  #calls = 0;
  /** monotonic ms until which queues are taken for not plain */
  #notPlainUntil = 0;
  /** ms by which the server's clock is ahead of the clock of leases; NaN = unknown */
  #ahead: number;

  constructor(
    private readonly context: RedisContext,
    queues: readonly QueueKeys[],
    private readonly options: ConsumeOptions,
    private readonly consumer: string,
    private readonly held: HeldLeases,
    private readonly waiter: WakeWaiter,
    private readonly renewLate: () => Promise<void>,
  ) {
    this.#turns = new SuspectTurns(options.lease);
    this.#take(queues);
    this.#sweeps = new SweepGate(held, context.leaseNow);
    this.#ahead = context.commands.ahead;
    context.commands.onUsable(() => {
      this.#sweeps.broken();
      this.#ahead = context.commands.ahead;
    });
  }

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const deadline = monotonic() + this.options.maxWait;
    // Settlements of the same tick go first, in the same write.
    await Promise.resolve();
    while (limit > 0 && !this.#closed && !signal.aborted) {
      const now = monotonic();
      const turn = this.#turns.next(this.held.count, this.held.suspectHeld, now);
      if (turn === 'hold') {
        if (now >= deadline) return [];
        await this.held.none(Math.min(deadline - now, this.#turns.remaining(now)), signal);
        continue;
      }
      const queues = this.#queues;
      const answer = await this.#look(Math.min(limit, MAX_BATCH), turn, deadline, signal);
      if (answer !== null && answer.batches.length > 0) return flatten(answer);
      const left = deadline - monotonic();
      if (left <= 0) return [];
      if (answer === null || queues !== this.#queues) continue;
      if (answer.suspectsWaiting > 0 && turn === '0') {
        // They come to a consumer that holds nothing, and no wake-up tells of that.
        if (this.held.count === 0) continue;
        void this.held.none(left, signal).then(() => this.waiter.interrupt());
      }
      this.#watching = true;
      const look = await this.waiter.wait(Math.min(answer.nextIn + Math.random() * JITTER, left), signal);
      this.#watching = false;
      if (!look && monotonic() >= deadline) return [];
    }
    return [];
  }

  /** Receives from these queues from now on; who waits looks at once. */
  subscribe(queues: readonly QueueKeys[]): void {
    this.#take(queues);
    this.waiter.watch(queues);
  }

  #take(queues: readonly QueueKeys[]): void {
    this.#queues = queues;
    for (const queue of queues) this.#ever.set(queue.name, queue);
  }

  /** Wakes another consumer. */
  ring(wakes: readonly string[]): void {
    this.context.commands.script('rearm', wakes, []).catch(() => {
      // A wake-up is a hint: without it others look when their own wait ends.
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#dueTimer);
    await this.waiter.close();
    await this.#releaseUnanswered(LAST_PATIENCE).catch(() => {
      // Their leases expire.
    });
  }

  /** @returns null when there was no answer: not reachable by the deadline, lost, or aborted first */
  async #look(limit: number, turn: SuspectTurn, deadline: number, signal: AbortSignal): Promise<ReceiveAnswer | null> {
    const { commands, keys } = this.context;
    if (commands.usableSince === null && !(await commands.usable(deadline - monotonic(), signal))) return null;
    await this.renewLate();
    const token = `${this.consumer}.${(++this.#calls).toString(36)}`;
    const queues = this.#inTurn();
    try {
      if (this.#unanswered.size > 0) await this.#releaseUnanswered(Math.max(1, deadline - monotonic()));
      const sentAt = this.context.leaseNow();
      const args = [
        this.context.offset(),
        String(limit),
        String(this.options.lease),
        token,
        String(this.#sweepIn()),
        turn,
        this.#serverNow(),
      ];
      const scriptKeys = [keys.void(token), keys.revoked, ...queues.map((queue) => queue.base)];
      const raw = await orAborted(this.#call(scriptKeys, args), signal);
      if (raw === null) {
        this.#giveUp(token);
        return null;
      }
      return this.#accept(raw as unknown[], queues, token, sentAt);
    } catch (error) {
      if (error instanceof ConnectionLostError && error.sent) this.#unanswered.add(token);
      else if (!isTransient(error)) throw toBrokerError('Receiving', error);
      await pause(RETRY_PAUSE);
      return null;
    }
  }

  async #call(keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { commands } = this.context;
    if (monotonic() >= this.#notPlainUntil) {
      const answer = await commands.script('receivePlain', keys, args);
      if (answer !== 0) return answer;
      this.#notPlainUntil = monotonic() + NOT_PLAIN_FOR;
    }
    return commands.script('receive', keys, args);
  }

  #accept(raw: readonly unknown[], queues: readonly QueueKeys[], token: string, sentAt: number): ReceiveAnswer {
    this.lastReceiveAt = this.context.options.clock.now();
    const now = this.context.leaseNow();
    this.#ahead = (raw[0] as number) - now;
    this.#sweeps.answered(sentAt);
    const answer = readReceiveAnswer(raw, queues, token, sentAt, () => ++this.#sequence);
    const { batches } = answer;
    this.#turns.seen(
      answer.suspectsWaiting,
      batches.some((batch) => batch.suspect),
      batches.length > 0,
    );
    if (batches.length > 0) this.held.add(batches);
    this.#standIn(answer.nextIn);
    return answer;
  }

  /** Perhaps nobody else knows of it: when something becomes due while this consumer is busy, another one is woken to look. */
  #standIn(nextIn: number): void {
    clearTimeout(this.#dueTimer);
    if (nextIn > this.options.maxWait) return;
    this.#dueTimer = setTimeout(() => {
      if (!this.#watching && !this.#closed) this.ring(this.#queues.map((queue) => queue.wake));
    }, nextIn + AFTER_DUE).unref();
  }

  /** Whatever it takes goes back at once: on this connection the release runs behind it. */
  #giveUp(token: string): void {
    this.#unanswered.add(token);
    this.#releaseUnanswered(LAST_PATIENCE).catch(() => {
      // The next receive tries again.
    });
  }

  async #releaseUnanswered(patience: number): Promise<void> {
    const { commands, keys } = this.context;
    const everywhere = Array.from(this.#ever.values(), (queue) => queue.base);
    for (const token of [...this.#unanswered]) {
      const args = [this.context.offset(), token, String(VOID_TTL)];
      await callStore(commands, 'Releasing', 'releaseLost', [keys.void(token), keys.revoked, ...everywhere], args, patience);
      this.#unanswered.delete(token);
    }
  }

  /** Each queue is first in its turn, so that a full one does not starve the others. */
  #inTurn(): readonly QueueKeys[] {
    const queues = this.#queues;
    if (queues.length <= 1) return queues;
    const first = this.#calls % queues.length;
    return [...queues.slice(first), ...queues.slice(0, first)];
  }

  #serverNow(): string {
    return Number.isNaN(this.#ahead) ? '' : String(Math.round(this.context.leaseNow() + this.#ahead));
  }

  /** ms until this consumer may sweep; 0 = now. */
  #sweepIn(): number {
    return this.#sweeps.opensIn(Math.max(this.context.commands.usableSince ?? Infinity, this.context.leaseNow() - this.options.lease));
  }
}

function flatten({ batches }: ReceiveAnswer): Delivery[] {
  return batches.length === 1 ? batches[0]!.deliveries.slice() : batches.flatMap((batch) => batch.deliveries);
}
