import type { ConsumeOptions, Delivery } from '../../../core/ports/broker/consumer.js';
import { inTurn } from '../../shared/in-turn.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { callStore, toBrokerError } from '../connection/call-store.js';
import type { HeldLeases } from '../../shared/leases/held-leases.js';
import { ServerRefusedError } from '../connection/redis-errors.js';
import { monotonic } from '../../shared/monotonic.js';
import { readReceiveAnswer } from './receive-answer.js';
import type { ReceiveAnswer } from './receive-answer.js';
import type { RedisContext } from '../redis-context.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import { READY_ONLY, SuspectTurns, type SuspectTurn } from '../../shared/leases/suspect-turns.js';
import { SweepGate } from '../../shared/leases/sweep-gate.js';
import { orAborted } from '../../shared/or-aborted.js';
import type { WakeWaiter } from './wake-waiter.js';

/** Lua unpacks a bounded number of values. */
const MAX_BATCH = 500;
/** ms for which the short script is not tried after a queue held more than plain messages */
const NOT_PLAIN_FOR = 1_000;
/** ms for which a receive whose answer was lost cannot run late */
const VOID_TTL = 600_000;
const RETRY_PAUSE = 50;
/** ms by which the server's clock may gain on ours between two answers; receive.lua has the same bound */
const CLOCK_STEP = 1_000;
/** ms between two looks of a waiting consumer, and for each queue: another worker, now frozen, may have taken the wake-up */
const LOOK_EVERY = { least: 2_000, eachQueue: 5 };
/** ms by which waits for the same instant differ, so that the first consumer varies */
const JITTER = 2;
/** ms after which another consumer should have taken a due message */
const AFTER_DUE = 20;
/** ms for which closing tries to release messages of unanswered receives */
const RELEASE_TIMEOUT = 500;

/** Receives: looks at all queues in one call. If it finds no work, it waits for a wake-up or until something is due. */
export class Receiver {
  lastReceiveAt = 0;
  readonly #turns: SuspectTurns;
  readonly #sweeps: SweepGate;
  /** tokens of receives whose answer did not arrive */
  readonly #unanswered = new Set<string>();
  /** every queue that it ever received from, by name: an unanswered receive may be of a queue that was left */
  readonly #ever = new Map<string, QueueKeys>();
  #queues: readonly QueueKeys[] = [];
  #closed = false;
  /** it waits now, and looks again when something is due */
  #watching = false;
  #dueTimer: NodeJS.Timeout | undefined;
  #sequence = 0;
  #calls = 0;
  /** monotonic ms until which the short script is not tried */
  #notPlainUntil = 0;
  /** ms by which the server's clock is ahead of the clock of leases; NaN = unknown */
  #ahead: number;
  /** the most that it can be ahead: it told the time between the call and the answer */
  #aheadAtMost: number;
  /** upper bound of a receive: smaller after answers that were lost, which may have been too large for the line */
  #most = MAX_BATCH;

  constructor(
    private readonly context: RedisContext,
    queues: readonly QueueKeys[],
    private readonly options: ConsumeOptions,
    private readonly consumer: string,
    private readonly held: HeldLeases,
    private readonly waiter: WakeWaiter,
  ) {
    this.#turns = new SuspectTurns(options.lease);
    this.#take(queues);
    this.#sweeps = new SweepGate(held, options.lease, context.leaseNow);
    const { commands } = context;
    [this.#ahead, this.#aheadAtMost] = [commands.ahead, commands.aheadAtMost];
    commands.onUsable(() => {
      this.#sweeps.broken();
      this.#noteClock(commands.ahead, commands.aheadAtMost);
    });
  }

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const deadline = monotonic() + this.options.maxWait;
    // Settlements of the same tick go first, in the same write to the socket.
    await Promise.resolve();
    while (limit > 0 && !this.#closed && !signal.aborted) {
      const now = monotonic();
      if (!this.held.kept) {
        if (now >= deadline) return [];
        // Its last wait may have taken a wake-up.
        this.ring(this.#queues.map((queue) => queue.wake));
        await this.held.untilKept(deadline - now, signal);
        continue;
      }
      const turn = this.#turns.next(this.held.count, this.held.suspectHeld, now);
      if (turn === 'hold') {
        if (now >= deadline) return [];
        await this.held.none(Math.min(deadline - now, this.#turns.remaining(now)), signal);
        continue;
      }
      const queues = this.#queues;
      const answer = await this.#look(Math.min(limit, this.#most), turn, deadline, signal);
      if (answer !== null && answer.batches.length > 0) return flatten(answer);
      const left = deadline - monotonic();
      if (left <= 0) return [];
      if (answer === null || queues !== this.#queues) continue;
      if (answer.suspectsWaiting > 0 && turn === READY_ONLY) {
        // Suspects go to a consumer that holds nothing, and no wake-up announces that moment.
        if (this.held.count === 0) continue;
        void this.held.none(left, signal).then(() => this.waiter.interrupt());
      }
      this.#watching = true;
      const rest = Math.max(LOOK_EVERY.least, queues.length * LOOK_EVERY.eachQueue);
      const look = await this.waiter.wait(Math.min(answer.nextIn + Math.random() * JITTER, left, rest), signal);
      this.#watching = false;
      if (!look && monotonic() >= deadline) return [];
    }
    return [];
  }

  /** Receives from these queues from now on. A waiting receive looks at once. */
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
      // A wake-up is a hint: without it the others look when their own wait ends.
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#dueTimer);
    await this.waiter.close();
    await this.#releaseUnanswered(RELEASE_TIMEOUT).catch(() => {
      // Their leases expire.
    });
  }

  /** @returns null without an answer: the server is unreachable, the answer was lost, or the signal was aborted */
  async #look(limit: number, turn: SuspectTurn, deadline: number, signal: AbortSignal): Promise<ReceiveAnswer | null> {
    const { commands, keys } = this.context;
    if (commands.usableSince === null && !(await commands.usable(deadline - monotonic(), signal))) return null;
    const token = `${this.consumer}.${(++this.#calls).toString(36)}`;
    const queues = inTurn(this.#queues, this.#calls);
    try {
      await this.held.renewLate();
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
      // While the server refuses renewals, all leases expire: an outage like a lost connection.
      if (!(error instanceof ServerRefusedError && error.ofArguments)) this.#sweeps.broken();
      if (!isTransient(error)) throw toBrokerError('Receiving', error);
      if (error instanceof ConnectionLostError && error.sent) {
        this.#unanswered.add(token);
        this.#most = Math.ceil(limit / 2);
      }
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
    this.#noteClock((raw[0] as number) - this.context.leaseNow(), (raw[0] as number) - sentAt);
    this.#sweeps.answered(sentAt);
    if (this.#most < MAX_BATCH) this.#most = Math.min(MAX_BATCH, 2 * this.#most);
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

  /** Wakes another consumer when something becomes due while this one is busy: the others may not know of it. */
  #standIn(nextIn: number): void {
    clearTimeout(this.#dueTimer);
    if (nextIn > this.options.maxWait) return;
    this.#dueTimer = setTimeout(() => {
      if (!this.#watching && !this.#closed) this.ring(this.#queues.map((queue) => queue.wake));
    }, nextIn + AFTER_DUE).unref();
  }

  /** Messages that the receive takes are released at once: on this connection the release runs after it. */
  #giveUp(token: string): void {
    this.#unanswered.add(token);
    this.#releaseUnanswered(RELEASE_TIMEOUT).catch(() => {
      // The next receive tries again.
    });
  }

  async #releaseUnanswered(timeout: number): Promise<void> {
    const { commands, keys } = this.context;
    const everywhere = Array.from(this.#ever.values(), (queue) => queue.base);
    for (const token of [...this.#unanswered]) {
      const all = [keys.void(token), keys.revoked, ...everywhere];
      const args = [this.context.offset(), token, String(VOID_TTL)];
      for (let [queue, cursor] = ['1', '0']; queue !== '0';) {
        const next = await callStore(commands, 'Releasing', 'releaseLost', all, [...args, queue, cursor], timeout);
        [queue, cursor] = (next as [number, string]).map(String) as [string, string];
      }
      this.#unanswered.delete(token);
    }
  }

  /** An answer that was read late shows too little by the delay, and the next one then more: that is no jump. */
  #noteClock(atLeast: number, atMost: number): void {
    if (atLeast - this.#aheadAtMost > CLOCK_STEP) this.#sweeps.jumped();
    [this.#ahead, this.#aheadAtMost] = [atLeast, atMost];
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
