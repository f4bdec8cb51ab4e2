import { MemoryStore } from '../memory-store.js';

const shared = new Map<string, { readonly store: MemoryStore; users: number }>();

/** The store of this name, made for its first user. Each user calls {@link releaseStore} once. */
export function acquireStore(name: string): MemoryStore {
  let entry = shared.get(name);
  if (!entry) {
    entry = { store: new MemoryStore(), users: 0 };
    shared.set(name, entry);
  }
  entry.users++;
  return entry.store;
}

/** The last user takes the store with it. */
export function releaseStore(name: string): void {
  const entry = shared.get(name);
  if (entry && --entry.users === 0) shared.delete(name);
}
