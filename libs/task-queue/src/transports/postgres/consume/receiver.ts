import { BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import type { ConsumeOptions, Delivery } from '../../../core/ports/broker/consumer.js';
import type { HeldLeases } from '../../shared/leases/held-leases.js';
import { monotonic } from '../../shared/monotonic.js';
import { READY_ONLY, SuspectTurns, type SuspectTurn } from '../../shared/leases/suspect-turns.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { toBrokerError } from '../connection/call-store.js';
import { LookAhead } from './look-ahead.js';
import type { PostgresContext } from '../postgres-context.js';
import { ReceiveCalls } from './receive-calls.js';
import type { Look } from './receive-calls.js';
import { toStored } from '../connection/stored-text.js';
import { WorkWait } from './work-wait.js';
import type { WorkNotes } from './work-notes.js';

const MAX_BATCH = 500;
const RETRY_PAUSE = 50;
/** ms by which waits for the same instant differ, so that the first consumer varies */
const JITTER = 2;
/** ms that are too short to wait, or to register as waiting */
const SHORT = 50;

/** Receives: looks at all queues in one call. If it finds no work, it waits for a note or until something is due. */
export class Receiver {
  lastReceiveAt = 0;
  readonly #turns: SuspectTurns;
  readonly #ahead: LookAhead;
  readonly #calls: ReceiveCalls;
  readonly #wait: WorkWait;
  #queues: readonly string[] = [];
  /** the look under way; never rejects */
  #looking: Promise<unknown> = Promise.resolve();
  /** a wait that its receive's deadline cut short: there is no reason to look before it is over */
  #rest: { readonly until: number; readonly interrupts: number } | null = null;
  #closed = false;

  constructor(
    private readonly context: PostgresContext,
    queues: readonly string[],
    private readonly options: ConsumeOptions,
    owner: string,
    private readonly held: HeldLeases,
    notes: WorkNotes,
  ) {
    this.#turns = new SuspectTurns(options.lease);
    this.#ahead = new LookAhead(context, options.lease, held);
    this.#calls = new ReceiveCalls(context, owner, options.lease);
    this.#wait = new WorkWait(context, owner, options.lease, notes);
    this.#take(queues);
  }

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const deadline = monotonic() + this.options.maxWait;
    await this.#finishWait(deadline, signal);
    while (limit > 0 && !this.#closed && !signal.aborted) {
      const now = monotonic();
      if (!this.held.kept) {
        if (now >= deadline) return [];
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
      const interrupts = this.#wait.interrupts;
      const registers = this.#wait.registersFor(deadline - now > SHORT);
      const look = queues.length === 0 ? NOTHING : await this.#look(Math.min(limit, MAX_BATCH), turn, registers, deadline, signal);
      if (look !== null && look.batches.length > 0) return inOrder(look);
      const left = deadline - monotonic();
      if (left <= 0) return [];
      if (look === null || queues !== this.#queues) continue;
      if (look.suspects > 0 && turn === READY_ONLY) {
        // Suspects go to a consumer that holds nothing, and no note announces that moment.
        if (this.held.count === 0) continue;
        void this.held.none(left, signal).then(() => this.#wait.interrupt());
      }
      if (this.#wait.mustLookFirst(registers, left > SHORT)) continue;
      const until = monotonic() + Math.min(look.nextIn + Math.random() * JITTER, this.#ahead.wholeIn, this.#wait.timeout);
      await this.#wait.until(Math.min(until, deadline), interrupts, signal);
      // A timer may end a little early. The next receive looks anyway.
      if (interrupts === this.#wait.interrupts && monotonic() >= deadline - SHORT) {
        if (this.#wait.hears) this.#rest = { until, interrupts };
        return [];
      }
    }
    return [];
  }

  async #finishWait(deadline: number, signal: AbortSignal): Promise<void> {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null && this.held.count === 0) await this.#wait.until(Math.min(rest.until, deadline), rest.interrupts, signal);
  }

  /** Receives from these queues from now on; a waiting receive looks at once. Resolves when no look at the former queues is under way. */
  async subscribe(queues: readonly string[]): Promise<void> {
    this.#take(queues);
    this.#wait.interrupt();
    await this.#looking;
  }

  /** A message was put in front of the lines, or became due: the next look begins at their start. */
  lookFromStart(): void {
    this.#calls.forgetCursors();
    this.#ahead.forget();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#wait.close();
    await this.#calls.close();
  }

  #take(queues: readonly string[]): void {
    this.#queues = queues.map(toStored);
    this.#ahead.forget();
    this.#wait.watch(this.#queues);
  }

  /** @returns null without an answer: the server is unreachable, the answer was lost, or the signal was aborted */
  async #look(
    room: number,
    turn: Exclude<SuspectTurn, 'hold'>,
    waits: number,
    deadline: number,
    signal: AbortSignal,
  ): Promise<Look | null> {
    try {
      await this.held.renewLate();
      await this.#calls.releaseUnanswered(Math.max(1, deadline - monotonic()));
      const sentAt = this.context.leaseNow();
      const ahead = this.#ahead.ask();
      const call = this.#calls.look({ queues: this.#queues, room, turn, ...ahead, waits, sentAt }, signal);
      this.#looking = call.catch(() => null);
      const look = await call;
      if (look === null) return null;
      this.#accept(look, sentAt);
      return look;
    } catch (error) {
      if (error instanceof ConnectionLostError) this.#ahead.broken();
      if (!isTransient(error) && !(error instanceof BrokerUnavailableError)) throw toBrokerError('Receiving', error);
      await pause(Math.min(RETRY_PAUSE, Math.max(1, deadline - monotonic())));
      return null;
    }
  }

  #accept(look: Look, sentAt: number): void {
    this.lastReceiveAt = this.context.options.clock.now();
    this.#ahead.answered(look, sentAt);
    const { batches } = look;
    this.#turns.seen(this.#ahead.suspects, batches.some((batch) => batch.suspect), batches.length > 0); // prettier-ignore
    if (batches.length === 0) return;
    this.held.add(batches);
    this.#wait.worked();
  }
}

/** By priority: rate-limited messages come as claims of their own. */
function inOrder({ batches }: Look): Delivery[] {
  if (batches.length === 1) return batches[0]!.deliveries.slice();
  return batches.flatMap((batch) => batch.deliveries).sort((a, b) => b.priority - a.priority);
}

/** The look at no queues. */
const NOTHING: Look = { batches: [], tended: false, nextIn: Infinity, suspects: 0, swept: 0, promoted: 0 };
