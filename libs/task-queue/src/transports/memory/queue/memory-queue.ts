import type { QueueCounts } from '../../../core/ports/control/inspector.js';
import { DueHeap } from './due-heap.js';
import type { LeaseOwner } from '../consume/lease-owner.js';
import { LimitedLists } from './limited-lists.js';
import { LinkedList } from './linked-list.js';
import { ReadyLists } from './ready-lists.js';
import type { RateSlots } from './rate-slots.js';
import { isSuspect, type Death, type StoredMessage } from './stored-message.js';
import { UniqueKeys } from './unique-keys.js';
import { call, type WaitingRoom } from '../consume/work-wait.js';

/** The places of one queue. A message is taken from its place before it is put in another. */
export class MemoryQueue {
  readonly ready = new ReadyLists();
  readonly limited: LimitedLists;
  readonly delayed = new DueHeap<StoredMessage>();
  readonly leased = new DueHeap<StoredMessage>();
  readonly suspects = new LinkedList<StoredMessage>();
  readonly dead = new LinkedList<StoredMessage>();
  readonly uniqueKeys = new UniqueKeys();
  /** receives that wait for work here; each looks again when it is called */
  readonly waiting: WaitingRoom = new Set();
  /** nothing is handed out */
  paused = false;
  private deaths = 0;
  /** it holds or has held a message, or is paused; a queue that was only asked about has not */
  used = false;

  constructor(
    readonly name: string,
    private readonly slots: RateSlots,
  ) {
    this.limited = new LimitedLists(slots);
  }

  /** To wait for its turn: at the end, or first of its priority. */
  enqueue(message: StoredMessage, end: 'front' | 'back'): void {
    if (isSuspect(message)) {
      message.place = 'suspects';
      this.suspects.push(message);
    } else if (message.limit) {
      message.place = 'limited';
      this.limited.put(message, end);
    } else {
      message.place = 'ready';
      if (end === 'front') this.ready.unshift(message);
      else this.ready.push(message);
    }
    call(this.waiting);
  }

  /** So that it is handed out next; a suspect still waits to be handed out alone. */
  bringToFront(message: StoredMessage): void {
    if (isSuspect(message)) {
      message.place = 'suspects';
      this.suspects.unshift(message);
    } else {
      message.place = 'ready';
      this.ready.bringToFront(message);
    }
    call(this.waiting);
  }

  delay(message: StoredMessage, due: number): void {
    message.place = 'delayed';
    this.delayed.push(message, due);
    if (this.delayed.peek() === message) call(this.waiting);
  }

  lease(message: StoredMessage, token: string, owner: LeaseOwner, until: number): void {
    message.place = 'leased';
    message.lease = { token, owner };
    this.leased.push(message, until);
  }

  bury(message: StoredMessage, death: Omit<Death, 'sequence'>): void {
    message.place = 'dead';
    message.death = { ...death, sequence: ++this.deaths };
    this.dead.push(message);
  }

  pause(): void {
    this.used = true;
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    call(this.waiting);
  }

  /** Takes a message from wherever it stands. */
  take(message: StoredMessage): void {
    if (message.place === 'leased') message.lease = null;
    this[message.place].remove(message);
  }

  /**
   * Takes what is to be handed out next: the highest priority that is ready or has a slot, which it then uses.
   * @param usesSlot false for a message that is not going to run
   */
  takeNext(now: number, usesSlot: (message: StoredMessage) => boolean): StoredMessage | null {
    const limited = this.limited.due(now);
    if (!limited || (this.ready.peek()?.rank ?? -1) > limited.priority) return this.ready.shift();
    this.limited.remove(limited);
    if (usesSlot(limited)) this.slots.take(limited.limit!.key, now);
    return limited;
  }

  /** Delayed messages whose time has come get in line, earliest first. */
  promote(now: number): void {
    for (let first = this.delayed.peek(); first && first.at <= now; first = this.delayed.peek()) {
      this.take(first);
      this.enqueue(first, 'back');
    }
  }

  /** Leases that ran out are counted against their messages, which go back to where they came from. It never ends a task. */
  sweep(now: number): void {
    const lost: StoredMessage[] = [];
    for (let first = this.leased.peek(); first && first.at <= now; first = this.leased.peek()) {
      const { token, owner } = first.lease!;
      if (owner.defend(first)) continue;
      this.take(first);
      owner.lose(token);
      first.lostLeases++;
      lost.push(first);
    }
    for (const message of lost.reverse()) this.enqueue(message, 'front');
  }

  /** When there may be work that is not there now; Infinity = not without a wake-up. */
  nextDue(now: number): number {
    const slot = this.paused ? Infinity : this.limited.nextSlot(now);
    return Math.min(this.delayed.peek()?.at ?? Infinity, this.leased.peek()?.at ?? Infinity, slot);
  }

  /** Ready, delayed and limited. */
  waitingMessages(): StoredMessage[] {
    return [...this.ready.all(), ...this.delayed.all(), ...this.limited.all()];
  }

  counts(): QueueCounts {
    const { ready, delayed, limited, leased, suspects, dead } = this;
    return {
      ready: ready.size,
      delayed: delayed.size,
      limited: limited.size,
      leased: leased.size,
      suspects: suspects.size,
      dead: dead.size,
    };
  }
}
