import { Get, Param } from '@nestjs/common';
import { TaskInspect } from '../../core/control/task-inspect.js';
import type { z } from 'zod';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute, type RouteContract } from '../openapi/admin-route.decorator.js';
import { ValidQuery } from '../validation/valid.decorators.js';
import { answerOf } from './answer-of.js';
import { asking, type Asking } from './worker-input.js';
import {
  activeList,
  confView,
  idList,
  queueList,
  registeredList,
  reservedList,
  scheduledList,
  viewOfActive,
  viewOfReserved,
  viewOfWorker,
  workerList,
  workerView,
  type WorkerView,
} from './worker-view.js';

type List<S extends z.ZodType> = Promise<z.output<S>>;

/** A question to one worker. */
function asked(summary: string, answer: z.ZodType): RouteContract {
  return { summary, role: 'viewer', answer, problems: [501, 502, 504] };
}

/** Running workers, as each of them tells of itself. */
@AdminController('workers', 'Workers')
export class WorkersController {
  constructor(private readonly inspect: TaskInspect) {}

  @Get()
  @AdminRoute({ summary: 'Workers that answer in time, by name', role: 'viewer', answer: workerList })
  async list(@ValidQuery(asking) { timeout }: Asking): List<typeof workerList> {
    const replies = await this.inspect.stats({ timeout });
    return { items: replies.flatMap(({ worker, value }) => (value === undefined ? [] : [viewOfWorker(worker, value)])) };
  }

  @Get(':name')
  @AdminRoute(asked('One worker', workerView))
  async get(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): Promise<WorkerView> {
    return viewOfWorker(destination, answerOf(await this.inspect.stats({ destination, timeout })));
  }

  @Get(':name/active')
  @AdminRoute(asked('What it runs', activeList))
  async active(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof activeList> {
    return { items: answerOf(await this.inspect.active({ destination, timeout })).map(viewOfActive) };
  }

  @Get(':name/reserved')
  @AdminRoute(asked('What it holds and has not begun', reservedList))
  async reserved(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof reservedList> {
    return { items: answerOf(await this.inspect.reserved({ destination, timeout })).map(viewOfReserved) };
  }

  @Get(':name/scheduled')
  @AdminRoute(asked('How much waits for its time in its queues', scheduledList))
  async scheduled(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof scheduledList> {
    return { items: [...answerOf(await this.inspect.scheduled({ destination, timeout }))] };
  }

  @Get(':name/registered')
  @AdminRoute(asked('Its tasks, with the options that hold there', registeredList))
  async registered(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof registeredList> {
    return { items: [...answerOf(await this.inspect.registered({ destination, timeout }))] };
  }

  @Get(':name/revoked')
  @AdminRoute(asked('Ids of what it runs and was revoked', idList))
  async revoked(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof idList> {
    return { items: [...answerOf(await this.inspect.revoked({ destination, timeout }))] };
  }

  @Get(':name/queues')
  @AdminRoute(asked('The queues that it consumes', queueList))
  async queues(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof queueList> {
    return { items: [...answerOf(await this.inspect.activeQueues({ destination, timeout }))] };
  }

  @Get(':name/conf')
  @AdminRoute(asked('The options that hold there, without passwords and keys', confView))
  async conf(@Param('name') destination: string, @ValidQuery(asking) { timeout }: Asking): List<typeof confView> {
    return answerOf(await this.inspect.conf({ destination, timeout }));
  }
}
