import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { TaskContext } from '../../../../libs/task-queue/src/core/ports/task/task-context.js';
import type { openLedger } from '../../ledger.js';
import { noting } from '../../tasks.js';
import type { Application } from './application.js';

/** How a transfer ends. */
export type Way = 'done' | 'retried' | 'failed';

/** Transactional tasks: a transfer moves money, notes that it did, and sends its receipt. */
export function registerBankTasks(app: Application, note: ReturnType<typeof openLedger>): void {
  const { dataSource, client } = app;
  const transfer = async (context: TaskContext, from: number, to: number, amount: number, way: Way): Promise<void> => {
    await giveRoom(context, async () => {
      await move(dataSource, from, to, amount);
      await dataSource.query('insert into bank.move (task) values ($1)', [context.id]);
      await client.sendTask('receipt', [context.id]);
    });
    if (way === 'failed') throw new Error('as it was told');
    if (way === 'retried' && context.retries === 0) throw context.retry({ countdown: 50, maxRetries: null });
  };
  const receipt = (context: TaskContext, task: string): Promise<void> =>
    giveRoom(context, () => dataSource.query('insert into bank.receipt (task) values ($1)', [task]));
  app.task('transfer', noting(transfer, note), { transactional: true, maxRetries: 0 });
  app.task('receipt', noting(receipt, note), { transactional: true, maxRetries: 0 });
}

/** In one order for all, so that no two transfers wait for each other; with a pause in which a process can die. */
async function move(dataSource: DataSource, from: number, to: number, amount: number): Promise<void> {
  const changes = [{ id: from, by: -amount }, { id: to, by: amount }]; // prettier-ignore
  for (const { id, by } of changes.sort((one, other) => one.id - other.id)) {
    await dataSource.query('update bank.account set balance = balance + $1 where id = $2', [by, id]);
    await wait(Math.random() * 4);
  }
}

/** A broker that is full, or away at the moment of a call, is the application's matter: it tries again. */
async function giveRoom(context: TaskContext, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isPassing(error)) throw context.retry({ error, countdown: 200, maxRetries: null });
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (/^53|^BROKER_(FULL|UNAVAILABLE)$/.test(String((one as { code?: unknown }).code))) return true;
  }
  return false;
}
