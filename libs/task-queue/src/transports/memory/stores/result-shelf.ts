import { isTerminal } from '../../../core/message/task-state.js';
import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { ExpiringMap } from '../queue/expiring-map.js';

interface Shelved {
  readonly terminal: boolean;
  readonly retries: number;
  /** encoded, so that reader and writer never share an object, as with any other store */
  readonly json: string;
}

/** The results of one store. A terminal state, or the record of a higher attempt, is never overwritten. */
export class ResultShelf {
  private readonly shelved = new ExpiringMap<Shelved>();
  private readonly waiting = new Map<string, Set<(record: TaskResultRecord) => void>>();

  /** @param json the record, encoded by {@link encodeResult}. @returns whether it was written */
  save(record: TaskResultRecord, json: string, expires: number, now: number): boolean {
    const there = this.shelved.get(record.id, now);
    if (there && (there.terminal || there.retries > record.retries)) return false;
    const terminal = isTerminal(record.state);
    this.shelved.set(record.id, { terminal, retries: record.retries, json }, now + expires, now);
    if (terminal) this.answer(record.id, json);
    return true;
  }

  load(id: string, now: number): TaskResultRecord | null {
    const found = this.shelved.get(id, now);
    return found ? decode(found.json) : null;
  }

  /** The terminal record, now or when it comes; null when the signal is aborted first. */
  wait(id: string, now: number, signal: AbortSignal): Promise<TaskResultRecord | null> {
    const found = this.shelved.get(id, now);
    if (signal.aborted) return Promise.resolve(null);
    if (found?.terminal) return Promise.resolve(decode(found.json));
    return new Promise((resolve) => {
      const finish = (record: TaskResultRecord | null): void => {
        signal.removeEventListener('abort', give);
        this.unsubscribe(id, finish);
        resolve(record);
      };
      const give = (): void => finish(null);
      signal.addEventListener('abort', give, { once: true });
      this.subscribe(id, finish);
    });
  }

  forget(id: string): void {
    this.shelved.delete(id);
  }

  private answer(id: string, json: string): void {
    for (const finish of this.waiting.get(id) ?? []) finish(decode(json));
  }

  private subscribe(id: string, finish: (record: TaskResultRecord) => void): void {
    const others = this.waiting.get(id);
    if (others) others.add(finish);
    else this.waiting.set(id, new Set([finish]));
  }

  private unsubscribe(id: string, finish: (record: TaskResultRecord) => void): void {
    const others = this.waiting.get(id);
    others?.delete(finish);
    if (others?.size === 0) this.waiting.delete(id);
  }
}

/** @throws TypeError when the record cannot be JSON */
export function encodeResult(record: TaskResultRecord): string {
  return JSON.stringify(record);
}

function decode(json: string): TaskResultRecord {
  return JSON.parse(json) as TaskResultRecord;
}
