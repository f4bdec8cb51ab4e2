import { Get, Param } from '@nestjs/common';
import { TaskInspect } from '../../core/control/task-inspect.js';
import type { z } from 'zod';
import { AdminController, AdminRoute, type RouteContract } from '../openapi/admin-route.decorator.js';
import { ValidQuery } from '../validation/valid.decorators.js';
import * as shape from './worker-schemas.js';

/** A question to one worker. */
function asked<A extends z.ZodType>(summary: string, answer: A): RouteContract<A> {
  return { summary, role: 'viewer', answer, problems: [501, 502, 504] };
}

/** Shows running workers, as each of them describes itself. */
@AdminController('workers', 'Workers')
export class WorkersController {
  constructor(private readonly inspect: TaskInspect) {}

  @Get()
  @AdminRoute({ summary: 'List the workers that answer in time, by name', role: 'viewer', answer: shape.workerList })
  async list(@ValidQuery(shape.asking) { timeout }: shape.Asking) {
    const replies = await this.inspect.stats({ timeout });
    return { items: replies.flatMap(({ worker, value }) => (value === undefined ? [] : [shape.viewOfWorker(worker, value)])) };
  }

  @Get(':name')
  @AdminRoute(asked('Get a worker', shape.workerView))
  async get(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return shape.viewOfWorker(destination, shape.answerOf(await this.inspect.stats({ destination, timeout })));
  }

  @Get(':name/active')
  @AdminRoute(asked('List the tasks that a worker runs', shape.activeList))
  async active(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return { items: shape.answerOf(await this.inspect.active({ destination, timeout })).map(shape.viewOfActive) };
  }

  @Get(':name/reserved')
  @AdminRoute(asked('List the tasks that a worker holds and has not begun', shape.reservedList))
  async reserved(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return { items: shape.answerOf(await this.inspect.reserved({ destination, timeout })).map(shape.viewOfReserved) };
  }

  @Get(':name/scheduled')
  @AdminRoute(asked("Count the delayed and rate-limited messages in a worker's queues", shape.scheduledList))
  async scheduled(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return { items: [...shape.answerOf(await this.inspect.scheduled({ destination, timeout }))] };
  }

  @Get(':name/registered')
  @AdminRoute(asked('List the tasks of a worker, with their effective options', shape.registeredList))
  async registered(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return { items: [...shape.answerOf(await this.inspect.registered({ destination, timeout }))] };
  }

  @Get(':name/revoked')
  @AdminRoute(asked('List the ids of revoked tasks that a worker still runs', shape.idList))
  async revoked(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return { items: [...shape.answerOf(await this.inspect.revoked({ destination, timeout }))] };
  }

  @Get(':name/queues')
  @AdminRoute(asked('List the queues that a worker consumes', shape.queueList))
  async queues(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return { items: [...shape.answerOf(await this.inspect.activeQueues({ destination, timeout }))] };
  }

  @Get(':name/conf')
  @AdminRoute(asked("Get a worker's effective options, without passwords and keys", shape.confView))
  async conf(@Param('name') destination: string, @ValidQuery(shape.asking) { timeout }: shape.Asking) {
    return shape.answerOf(await this.inspect.conf({ destination, timeout }));
  }
}
