import { Delete, Param, Post, Put } from '@nestjs/common';
import type { z } from 'zod';
import { TaskControl } from '../../core/control/task-control.js';
import type { Duration } from '../../core/message/duration.js';
import type { Rate } from '../../core/options/rate.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute, type RouteContract } from '../openapi/admin-route.decorator.js';
import { ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import { answerOf } from './answer-of.js';
import { asking, limitsInput, poolInput, queueInput, rateInput, type Asking } from './worker-input.js';
import { poolView, queueList } from './worker-view.js';

const COMMANDED = [409, 413, 415, 501, 502, 504];

function commanded(summary: string, audit: string, answer: z.ZodType): RouteContract {
  return { summary, role: 'operator', answer, audit, problems: COMMANDED };
}

/** What one running worker is told. It holds until that worker ends. */
@AdminController('workers', 'Workers')
export class WorkerCommandsController {
  constructor(private readonly control: TaskControl) {}

  @Post(':name/pool-grow')
  @AdminRoute(commanded('So many more tasks at once', 'worker.poolGrow', poolView))
  async grow(
    @Param('name') destination: string,
    @ValidQuery(asking) { timeout }: Asking,
    @ValidBody(poolInput) { by }: z.output<typeof poolInput>,
    @Note() note: AuditNote,
  ): Promise<z.output<typeof poolView>> {
    note.change = { by };
    return answerOf(await this.control.poolGrow(by, { destination, timeout }));
  }

  @Post(':name/pool-shrink')
  @AdminRoute(commanded('So many fewer tasks at once', 'worker.poolShrink', poolView))
  async shrink(
    @Param('name') destination: string,
    @ValidQuery(asking) { timeout }: Asking,
    @ValidBody(poolInput) { by }: z.output<typeof poolInput>,
    @Note() note: AuditNote,
  ): Promise<z.output<typeof poolView>> {
    note.change = { by };
    return answerOf(await this.control.poolShrink(by, { destination, timeout }));
  }

  @Post(':name/time-limit')
  @AdminRoute({ summary: 'How long runs of a task may take there', role: 'operator', status: 204, audit: 'worker.timeLimit', problems: COMMANDED }) // prettier-ignore
  async limit(
    @Param('name') destination: string,
    @ValidQuery(asking) { timeout }: Asking,
    @ValidBody(limitsInput) { task, ...limits }: z.output<typeof limitsInput>,
    @Note() note: AuditNote,
  ): Promise<void> {
    note.change = { task, ...limits };
    const { soft, hard } = limits as { soft?: Duration | null; hard?: Duration | null };
    const change = { ...(soft !== undefined && { soft }), ...(hard !== undefined && { hard }) };
    answerOf(await this.control.timeLimit(task, change, { destination, timeout }));
  }

  @Post(':name/queues')
  @AdminRoute(commanded('Let it consume a queue, too', 'worker.addConsumer', queueList))
  async addQueue(
    @Param('name') destination: string,
    @ValidQuery(asking) { timeout }: Asking,
    @ValidBody(queueInput) { queue }: z.output<typeof queueInput>,
    @Note() note: AuditNote,
  ): Promise<z.output<typeof queueList>> {
    note.change = { queue };
    return { items: [...answerOf(await this.control.addConsumer(queue, { destination, timeout }))] };
  }

  @Delete(':name/queues/:queue')
  @AdminRoute(commanded('Let it consume a queue no more', 'worker.cancelConsumer', queueList))
  async cancelQueue(
    @Param('name') destination: string,
    @Param('queue') queue: string,
    @ValidQuery(asking) { timeout }: Asking,
    @Note() note: AuditNote,
  ): Promise<z.output<typeof queueList>> {
    note.target = destination;
    note.change = { queue };
    return { items: [...answerOf(await this.control.cancelConsumer(queue, { destination, timeout }))] };
  }

  @Post(':name/shutdown')
  @AdminRoute({ summary: 'End it, warm: it finishes what it runs', role: 'admin', status: 202, audit: 'worker.shutdown', problems: [501, 502, 504] }) // prettier-ignore
  async shutDown(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): Promise<void> {
    answerOf(await this.control.shutdown({ destination, timeout }));
  }
}

/** What holds for all workers together, and is kept by the broker. */
@AdminController('rates', 'Workers')
export class RatesController {
  constructor(private readonly control: TaskControl) {}

  @Put(':task')
  @AdminRoute({ summary: 'How often a task is run, by all workers together', role: 'operator', status: 204, audit: 'task.rateLimit', problems: [413, 415] }) // prettier-ignore
  async set(
    @Param('task') task: string,
    @ValidBody(rateInput) { rate }: z.output<typeof rateInput>,
    @Note() note: AuditNote,
  ): Promise<void> {
    note.change = { rate };
    await this.control.rateLimit(task, rate as Rate | null);
  }
}
