import type { QueueCounts } from '../../../core/ports/control/inspector.js';
import { DueHeap } from './due-heap.js';
import { LimitedLists } from './limited-lists.js';
import { LinkedList } from './linked-list.js';
import { ReadyLists } from './ready-lists.js';
import type { RateSlots } from './rate-slots.js';
import { isSuspect, type Death, type LeaseOwner, type StoredMessage } from './stored-message.js';
import { UniqueKeys } from './unique-keys.js';
import { call, type WaitingRoom } from '../consume/work-wait.js';

/** The places of one queue (rule 1). A message is taken from its place before it is put in another. */
export class MemoryQueue {
  readonly ready = new ReadyLists();
  readonly limited: LimitedLists;
  readonly delayed = new DueHeap<StoredMessage>();
  readonly leased = new DueHeap<StoredMessage>();
  readonly suspects = new LinkedList<StoredMessage>();
  readonly dead = new LinkedList<StoredMessage>();
  readonly uniqueKeys = new UniqueKeys();
  /** receives that wait for work in this queue */
  readonly waiting: WaitingRoom = new Set();
  /** nothing is handed out */
  paused = false;
  private deaths = 0;
  /** it holds or has held a message, or was paused; false for a queue that was only asked about */
  used = false;

  constructor(
    readonly name: string,
    private readonly slots: RateSlots,
  ) {
    this.limited = new LimitedLists(slots);
  }

  /** At the end of the line, or at the front of its priority. */
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

  /** It is handed out next; a suspect still waits to be handed out alone. */
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

  /** Takes a message from its place. */
  take(message: StoredMessage): void {
    if (message.place === 'leased') message.lease = null;
    this[message.place].remove(message);
  }

  /**
   * Takes the next message to hand out: the highest priority among ready messages and those whose slot is due. The latter use it.
   * @param usesSlot false for a message that will not run
   */
  takeNext(now: number, usesSlot: (message: StoredMessage) => boolean): StoredMessage | null {
    const limited = this.limited.due(now);
    if (!limited || (this.ready.peek()?.rank ?? -1) > limited.priority) return this.ready.shift();
    this.limited.remove(limited);
    if (usesSlot(limited)) this.slots.take(limited.limit!.key, now);
    return limited;
  }

  /** Due messages get in line, earliest first. */
  promote(now: number): void {
    for (let first = this.delayed.peek(); first && first.at <= now; first = this.delayed.peek()) {
      this.take(first);
      this.enqueue(first, 'back');
    }
  }

  /** Expired leases are charged to their messages, which go back to their queue. The sweep never ends a task (rule 10). */
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

  /** The instant of the next work that is not there now; Infinity = only a wake-up brings work. */
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
