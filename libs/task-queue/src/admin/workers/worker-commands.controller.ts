import { Delete, Param, Post, Put } from '@nestjs/common';
import type { z } from 'zod';
import { TaskControl } from '../../core/control/task-control.js';
import type { Duration } from '../../core/message/duration.js';
import type { Rate } from '../../core/options/rate.js';
import type { AdminRole } from '../../core/ports/stores/admin-actor.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController, AdminRoute, type RouteContract } from '../openapi/admin-route.decorator.js';
import { definedOnly } from '../validation/fields.js';
import { NotedBody, ValidQuery } from '../validation/valid.decorators.js';
import * as shape from './worker-schemas.js';

const COMMANDED = [409, 501, 502, 504];

function commanded<A extends z.ZodType>(summary: string, audit: string, answer: A, role: AdminRole = 'operator'): RouteContract<A> {
  return { summary, role, answer, audit, problems: COMMANDED };
}

/** Commands to one running worker. Their effect lasts until that worker ends. */
@AdminController('workers', 'Workers')
export class WorkerCommandsController {
  constructor(private readonly control: TaskControl) {}

  @Post(':name/pool-grow')
  @AdminRoute(commanded('Raise the concurrency of a worker', 'worker.poolGrow', shape.poolView))
  async grow(
    @Param('name') destination: string,
    @ValidQuery(shape.asking) { timeout }: shape.Asking,
    @NotedBody(shape.poolInput) { by }: shape.PoolInput,
  ) {
    return shape.answerOf(await this.control.poolGrow(by, { destination, timeout }));
  }

  @Post(':name/pool-shrink')
  @AdminRoute(commanded('Lower the concurrency of a worker', 'worker.poolShrink', shape.poolView))
  async shrink(
    @Param('name') destination: string,
    @ValidQuery(shape.asking) { timeout }: shape.Asking,
    @NotedBody(shape.poolInput) { by }: shape.PoolInput,
  ) {
    return shape.answerOf(await this.control.poolShrink(by, { destination, timeout }));
  }

  @Post(':name/time-limit')
  @AdminRoute({ summary: 'Set the time limits of a task in a worker', role: 'operator', status: 204, audit: 'worker.timeLimit', problems: COMMANDED }) // prettier-ignore
  async limit(
    @Param('name') destination: string,
    @ValidQuery(shape.asking) { timeout }: shape.Asking,
    @NotedBody(shape.limitsInput) { task, ...limits }: z.output<typeof shape.limitsInput>,
  ) {
    const change = definedOnly(limits) as { soft?: Duration | null; hard?: Duration | null };
    shape.answerOf(await this.control.timeLimit(task, change, { destination, timeout }));
  }

  @Post(':name/queues')
  @AdminRoute(commanded('Let a worker consume one more queue', 'worker.addConsumer', shape.queueList, 'admin'))
  async addQueue(
    @Param('name') destination: string,
    @ValidQuery(shape.asking) { timeout }: shape.Asking,
    @NotedBody(shape.queueInput) { queue }: z.output<typeof shape.queueInput>,
  ) {
    return { items: [...shape.answerOf(await this.control.addConsumer(queue, { destination, timeout }))] };
  }

  @Delete(':name/queues/:queue')
  @AdminRoute(commanded('Let a worker stop consuming a queue', 'worker.cancelConsumer', shape.queueList, 'admin'))
  async cancelQueue(
    @Param('name') destination: string,
    @Param('queue') queue: string,
    @ValidQuery(shape.asking) { timeout }: shape.Asking,
    @Note() note: AuditNote,
  ) {
    note.target = destination;
    note.change = { queue };
    return { items: [...shape.answerOf(await this.control.cancelConsumer(queue, { destination, timeout }))] };
  }

  @Post(':name/shutdown')
  @AdminRoute({ summary: 'Shut a worker down after the tasks that it runs', role: 'admin', status: 202, audit: 'worker.shutdown', problems: [501, 502, 504] }) // prettier-ignore
  async shutDown(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    shape.answerOf(await this.control.shutdown({ destination, timeout }));
  }
}

/** Settings that the broker keeps and that apply to all workers together. */
@AdminController('rates', 'Workers')
export class RatesController {
  constructor(private readonly control: TaskControl) {}

  @Put(':task')
  @AdminRoute({ summary: 'Set the rate limit of a task, for all workers together', role: 'operator', status: 204, audit: 'task.rateLimit' })
  async set(@Param('task') task: string, @NotedBody(shape.rateInput) { rate }: z.output<typeof shape.rateInput>) {
    await this.control.rateLimit(task, rate as Rate | null);
  }
}
