import {
  checkArrival,
  checkJoin,
  type Join,
  type JoinArrival,
  type JoinReceipt,
  type JoinStore,
  type JoinToOpen,
} from '../../../core/ports/stores/join-store.js';
import type { MemorySession } from '../memory-session.js';

/** The joins of one session's shared store. */
export class MemoryJoinStore implements JoinStore {
  constructor(private readonly session: MemorySession) {}

  async open(joins: readonly JoinToOpen[]): Promise<void> {
    const shelf = this.shelf('Opening joins');
    joins.forEach(checkJoin);
    for (const join of joins) shelf.open(join, this.session.now());
  }

  async arrive(arrivals: readonly JoinArrival[]): Promise<JoinReceipt[]> {
    const shelf = this.shelf('Arriving at joins');
    arrivals.forEach(checkArrival);
    return shelf.arrive(arrivals, this.session.now());
  }

  async load(id: string): Promise<Join | null> {
    return this.shelf('Loading a join').load(id, this.session.now());
  }

  async close(ids: readonly string[]): Promise<void> {
    const shelf = this.shelf('Closing joins');
    for (const id of ids) shelf.close(id, this.session.now());
  }

  async complete(limit: number): Promise<string[]> {
    return this.shelf('Looking for complete joins').complete(limit, this.session.now());
  }

  private shelf(purpose: string) {
    return this.session.store(purpose).joins;
  }
}
