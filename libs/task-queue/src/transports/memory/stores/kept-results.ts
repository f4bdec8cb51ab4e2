import { isTerminal } from '../../../core/message/task-state.js';
import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { ExpiringMap } from '../queue/expiring-map.js';

interface Kept {
  readonly terminal: boolean;
  readonly retries: number;
  /** encoded, so that reader and writer never share an object, as with any other store */
  readonly json: string;
}

/** The results of one store. A terminal state, or the record of a higher attempt, is never overwritten. */
export class KeptResults {
  /** called with the id of each saved terminal record */
  readonly listeners = new Set<(id: string) => void>();
  private readonly kept = new ExpiringMap<Kept>();

  /** @param json the record, encoded by {@link encodeRecord} · @returns whether it was written */
  save({ id, state, retries }: TaskResultRecord, json: string, expires: number, now: number): boolean {
    const previous = this.kept.get(id, now);
    if (previous && (previous.terminal || previous.retries > retries)) return false;
    const terminal = isTerminal(state);
    this.kept.set(id, { terminal, retries, json }, now + expires, now);
    if (terminal) for (const announce of this.listeners) announce(id);
    return true;
  }

  load(id: string, now: number): TaskResultRecord | null {
    const found = this.kept.get(id, now);
    return found ? (JSON.parse(found.json) as TaskResultRecord) : null;
  }

  forget(id: string): void {
    this.kept.delete(id);
  }
}

/** @throws TypeError when the record cannot be JSON */
export function encodeRecord(record: TaskResultRecord): string {
  return JSON.stringify(record);
}
