import type { TaskClient } from 'nestjs-task-queue';
import type { Pool } from 'pg';
import { OrderTasks } from './order.tasks.js';

/** The same without TypeORM. */
export async function reopen(pool: Pool, tasks: TaskClient, orderId: string) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`UPDATE customer_order SET state = 'placed' WHERE id = $1`, [orderId]);
    await tasks.withManager(client).for(OrderTasks).confirm.delay(orderId);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
