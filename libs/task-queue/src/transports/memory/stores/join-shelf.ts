import type { Join, JoinArrival, JoinReceipt, JoinToOpen } from '../../../core/ports/stores/join-store.js';
import { ExpiringMap } from '../queue/expiring-map.js';

interface Shelved {
  readonly expected: number;
  readonly body: string;
  readonly members: Map<string, { readonly index: number; readonly value: string }>;
  readonly expires: number;
}

/** The joins of one store. A closed join leaves a mark until it expires, so that nothing opens it again. */
export class JoinShelf {
  private readonly shelved = new ExpiringMap<Shelved | 'closed'>();
  /** complete and not closed, longest complete first */
  private readonly done = new Set<string>();

  open({ id, members, body, expires }: JoinToOpen, now: number): void {
    if (this.shelved.get(id, now)) return;
    this.done.delete(id);
    this.shelved.set(id, { expected: members, body, members: new Map(), expires: now + expires }, now + expires, now);
  }

  arrive(arrivals: readonly JoinArrival[], now: number): JoinReceipt[] {
    const receipts = new Map<string, JoinReceipt>();
    for (const arrival of arrivals) {
      const { join } = arrival;
      const before = receipts.get(join) ?? { join, remaining: null, inserted: 0, completed: false };
      receipts.set(join, this.insert(before, arrival, now));
    }
    return [...receipts.values()];
  }

  load(id: string, now: number): Join | null {
    const found = this.find(id, now);
    if (!found) return null;
    const { expected, body } = found;
    const members = [...found.members].map(([member, { index, value }]) => ({ member, index, value }));
    members.sort((a, b) => a.index - b.index);
    return { id, expected, remaining: expected - members.length, body, members };
  }

  close(id: string, now: number): void {
    this.done.delete(id);
    const found = this.find(id, now);
    if (found) this.shelved.set(id, 'closed', found.expires, now);
  }

  complete(limit: number, now: number): string[] {
    for (const id of this.done) if (!this.find(id, now)) this.done.delete(id);
    return [...this.done].slice(0, limit);
  }

  private insert(before: JoinReceipt, { join, member, index, value }: JoinArrival, now: number): JoinReceipt {
    const found = this.find(join, now);
    if (!found) return before;
    const remaining = found.expected - found.members.size;
    if (remaining === 0 || found.members.has(member)) return { ...before, remaining };
    found.members.set(member, { index, value });
    if (remaining === 1) this.done.add(join);
    return { join, remaining: remaining - 1, inserted: before.inserted + 1, completed: remaining === 1 };
  }

  private find(id: string, now: number): Shelved | undefined {
    const found = this.shelved.get(id, now);
    return found === 'closed' ? undefined : found;
  }
}
