import { DataSource } from 'typeorm';
import { migrate } from '../../../libs/task-queue/src/database/migrations/migrate.js';
import type { Entry } from '../ledger.js';
import { call, type PlannedCall } from '../load.js';
import { asking } from '../faults/postgres-session.js';
import type { Violation } from '../check-round.js';

export const ACCOUNTS = 200;
const BALANCE = 1_000;

/** Serial columns instead of keys: nothing but the library keeps an effect from happening twice. */
const TABLES = `
  create schema bank;
  create table bank.account (id int primary key, balance int not null);
  create table bank.intent (n bigserial, task text not null);
  create table bank.move (n bigserial, task text not null);
  create table bank.receipt (n bigserial, task text not null);
  insert into bank.account select id, ${BALANCE} from generate_series(1, ${ACCOUNTS}) as id`;

/** The application's database, as the attack sees it. */
export class Bank {
  private constructor(
    readonly url: string,
    private readonly schema: string,
  ) {}

  /** Makes its tables, and those of the library where the broker has not made them. */
  static async open(url: string, schema: string): Promise<Bank> {
    const source = await new DataSource({ type: 'postgres', url, installExtensions: false }).initialize();
    await source.transaction(async (manager) => {
      await migrate({ query: (text, values) => manager.query(text, values as unknown[]) }, schema);
      await manager.query(TABLES);
    });
    await source.destroy();
    return new Bank(url, schema);
  }

  /** rows of the outbox that still wait */
  async waiting(): Promise<number> {
    const [{ count }] = await this.#ask<{ count: number }>(`select count(*)::int from ${this.schema}.outbox`);
    return count;
  }

  /** What producers have committed. */
  async intents(): Promise<Map<string, PlannedCall>> {
    const rows = await this.#ask<{ task: string }>('select task from bank.intent');
    return new Map(rows.map(({ task }) => [task, call('transfer', task, [], { linked: true })]));
  }

  /** Compares the effects of transfers with what they should be. @param calls all that was accepted or committed, by id */
  async judge(calls: ReadonlyMap<string, PlannedCall>): Promise<Violation[]> {
    const found: Violation[] = [];
    for (const effect of ['move', 'receipt']) {
      const rows = await this.#ask<{ task: string; count: number }>(`select task, count(*)::int from bank.${effect} group by task`);
      const counts = new Map(rows.map(({ task, count }) => [task, count]));
      for (const [id, { task, end }] of calls) {
        const [count, expected] = [counts.get(id) ?? 0, task === 'transfer' && end === 'done' ? 1 : 0];
        counts.delete(id);
        if (count < expected) found.push({ kind: 'lost', id, what: `${id} has no ${effect}` });
        if (count > expected) found.push({ kind: 'doubled', id, what: `${id} has ${count} rows in ${effect} instead of ${expected}` });
      }
      for (const [id, count] of counts)
        found.push({ kind: 'doubled', id, what: `${id} has ${count} rows in ${effect}, and nobody sent it` });
    }
    const [{ sum }] = await this.#ask<{ sum: number }>('select sum(balance)::int from bank.account');
    if (sum !== ACCOUNTS * BALANCE) found.push({ kind: 'doubled', what: `the bank has ${sum} instead of ${ACCOUNTS * BALANCE}` });
    return found;
  }

  /** Begins a new window. What comes too late then has nobody who sent it. */
  async clear(): Promise<void> {
    await this.#ask('truncate bank.intent, bank.move, bank.receipt');
  }

  #ask<R>(text: string): Promise<[R, ...R[]]> {
    return asking(this.url, async (client) => (await client.query(text)).rows as [R, ...R[]]);
  }
}

/** What was sent in transactions that rolled back, and was taken all the same. */
export function escaped(entries: readonly Entry[], calls: ReadonlyMap<string, unknown>, isProduced: (id: string) => boolean): Violation[] {
  const ids = new Set(entries.filter(({ id, event }) => event === 'took' && isProduced(id) && !calls.has(id)).map(({ id }) => id));
  return [...ids].map((id) => ({ kind: 'doubled', id, what: `${id} was taken, and its transaction has not committed` }));
}
