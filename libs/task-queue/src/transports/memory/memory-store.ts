import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { ControlAnswer, ControlCommand } from '../../core/ports/control/control-channel.js';
import { ExpiringMap } from './queue/expiring-map.js';
import { JoinShelf } from './stores/join-shelf.js';
import { MemoryQueue } from './queue/memory-queue.js';
import { RateSlots } from './queue/rate-slots.js';
import { KeptResults } from './stores/kept-results.js';
import { ScheduleShelf } from './stores/schedule-shelf.js';
import { StoredMessage } from './queue/stored-message.js';
import { call } from './consume/work-wait.js';

/**
 * The state that users of one `memory://` URL share: messages, traces of finished ids, revoke marks, results, joins, schedules and
 * listeners. Every method is one synchronous step, so no intermediate state is visible.
 */
export class MemoryStore {
  readonly results = new KeptResults();
  readonly joins = new JoinShelf();
  readonly schedules = new ScheduleShelf();
  readonly listeners = new Set<(command: ControlCommand) => void>();
  /** handlers of answers, by address */
  readonly askers = new Map<string, (answer: ControlAnswer) => void>();
  private readonly slots = new RateSlots();
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly messages = new Map<string, StoredMessage>();
  private readonly traces = new ExpiringMap<true>();
  private readonly marks = new ExpiringMap<{ readonly terminate: boolean; readonly until: number }>();

  /** The queues that hold or have held messages. */
  queueNames(): string[] {
    return [...this.queues.values()].filter((queue) => queue.used).map((queue) => queue.name);
  }

  queue(name: string): MemoryQueue {
    let queue = this.queues.get(name);
    if (!queue) {
      queue = new MemoryQueue(name, this.slots);
      this.queues.set(name, queue);
    }
    return queue;
  }

  find(id: string): StoredMessage | undefined {
    return this.messages.get(id);
  }

  /** Changes nothing if the id exists, has a trace (where `traced`), or its unique key is held. */
  publish(publication: Publication, dedupRetention: number, now: number): PublishReceipt {
    const { id, traced, unique } = publication;
    if (this.messages.has(id) || (traced && this.traces.get(id, now))) return { id, deduplicated: true };
    const keys = this.queue(publication.queue).uniqueKeys;
    const holder = unique && keys.holderOf(unique.key, now);
    if (holder !== undefined) {
      if (unique!.onConflict === 'reject') return { id, deduplicated: false, refused: { reason: 'unique', holder } };
      if (unique!.onConflict === 'existing' || !this.waitsWith(holder, publication)) return { id: holder, deduplicated: true };
      this.mark(holder, false, Infinity, now);
    }
    if (unique) keys.take(unique, id, now);
    const message = new StoredMessage(publication);
    const due = instantOf(publication.due, now);
    this.messages.set(id, message);
    if (message.limit) this.slots.publish(message.limit);
    if (traced) this.trace(id, Math.max(due, now) + dedupRetention, now);
    this.enqueue(message, due, now, 'back');
    return { id, deduplicated: false };
  }

  /** Puts a message in line, or aside until it is due. A revoked one goes to the front, so that a worker settles it (rule 17). */
  enqueue(message: StoredMessage, due: number, now: number, end: 'front' | 'back'): void {
    const queue = this.queue(message.queue);
    queue.used = true;
    if (this.marks.get(message.id, now)) queue.bringToFront(message);
    else if (due > now) queue.delay(message, due);
    else queue.enqueue(message, end);
  }

  /** Takes a message from its place for good. */
  remove(message: StoredMessage, now: number): void {
    const queue = this.queue(message.queue);
    queue.take(message);
    queue.uniqueKeys.free(message, 'end', now);
    this.messages.delete(message.id);
    this.marks.delete(message.id);
  }

  /** Takes a message away as if it had never been sent. */
  purge(message: StoredMessage, now: number): void {
    this.remove(message, now);
    this.traces.delete(message.id);
  }

  setRate(key: string, intervalMs: number | null): void {
    this.slots.set(key, intervalMs);
    for (const queue of this.queues.values()) call(queue.waiting);
  }

  trace(id: string, until: number, now: number): void {
    this.traces.set(id, true, until, now);
  }

  mark(id: string, terminate: boolean, keptFor: number, now: number): void {
    const mark = this.marks.get(id, now);
    const until = Math.max(now + keptFor, mark?.until ?? 0);
    this.marks.set(id, { terminate: terminate || (mark?.terminate ?? false), until }, until, now);
    const message = this.messages.get(id);
    if (!message || message.place === 'leased' || message.place === 'dead') return;
    const queue = this.queue(message.queue);
    queue.take(message);
    queue.bringToFront(message);
  }

  markOf(id: string, now: number): { readonly terminate: boolean } | undefined {
    return this.marks.get(id, now);
  }

  /** Whether it is neither revoked nor expired, as far as the store knows. */
  isToRun({ id, limit }: StoredMessage, now: number): boolean {
    return (limit?.expires ?? Infinity) > now && !this.markOf(id, now);
  }

  consumeMark(id: string): void {
    this.marks.delete(id);
  }

  /** Takes the unique key of a dead letter again. @returns false if another message holds it */
  holdAgain({ id, queue, unique }: StoredMessage, now: number): boolean {
    if (!unique) return true;
    const keys = this.queue(queue).uniqueKeys;
    const holder = keys.holderOf(unique.key, now);
    if (holder === undefined) keys.take(unique, id, now);
    return holder === undefined || holder === id;
  }

  /** Whether the holder of a publication's unique key waits: it is neither leased nor dead. */
  private waitsWith(holder: string, { queue, unique }: Publication): boolean {
    const message = this.messages.get(holder);
    if (!message || message.queue !== queue || message.unique?.key !== unique!.key) return false;
    return message.place !== 'leased' && message.place !== 'dead';
  }
}

export function instantOf(due: Publication['due'], now: number): number {
  if (!due) return now;
  return 'delay' in due ? now + due.delay : due.eta;
}
