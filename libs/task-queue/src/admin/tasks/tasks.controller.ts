import { Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskClient } from '../../core/client/task-client.js';
import { TaskInspect } from '../../core/control/task-inspect.js';
import { TaskNotFoundError } from '../../core/errors/admin-errors.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import { definedOnly } from '../validation/fields.js';
import { NotedBody, ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import { asking, type Asking } from '../workers/worker-schemas.js';
import { TaskLookup } from './task-lookup.js';
import * as shape from './task-schemas.js';

/** Sends, finds and revokes tasks. */
@AdminController('tasks', 'Tasks')
export class TasksController {
  constructor(
    private readonly client: TaskClient,
    private readonly lookup: TaskLookup,
    private readonly inspect: TaskInspect,
  ) {}

  @Get()
  @AdminRoute({ summary: 'Search stored results, newest first', description: "Needs results: 'typeorm'.", role: 'viewer', answer: shape.taskPage, problems: [501] }) // prettier-ignore
  async search(@ValidQuery(shape.taskListing) query: z.output<typeof shape.taskListing>) {
    return this.lookup.search(definedOnly(query));
  }

  @Post()
  @AdminRoute({
    summary: 'Send a task by its name',
    role: 'operator',
    status: 202,
    answer: shape.sentView,
    audit: 'task.send',
    problems: [409],
  })
  async send(@ValidBody(shape.sendInput) { task, args, ...input }: shape.SendInput, @Note() note: AuditNote) {
    // The audit log is kept for long, and arguments may contain personal data.
    const { kwargs: _kwargs, headers: _headers, ...recorded } = input;
    note.change = { task, ...recorded };
    const { id, deduplicated } = await this.client.sendTask(task, args, shape.callOptionsOf(input));
    note.target = id;
    return { id, deduplicated };
  }

  @Post('revoke')
  @AdminRoute({ summary: 'Revoke several tasks', role: 'operator', status: 202, answer: shape.revokedView, audit: 'task.revoke' })
  async revokeMany(@NotedBody(shape.revokeManyInput) { ids, terminate }: z.output<typeof shape.revokeManyInput>) {
    await this.client.revoke(ids, { terminate });
    return { revoked: ids.length };
  }

  @Get(':id')
  @AdminRoute({ summary: "Get a task's state, result and place", role: 'viewer', answer: shape.taskView, problems: [404] })
  async find(@Param('id') id: string) {
    return this.lookup.find(id);
  }

  @Get(':id/holder')
  @AdminRoute({ summary: 'Find the worker that holds a task', description: 'Only workers that answer in time are considered.', role: 'viewer', answer: shape.holderView, problems: [404] }) // prettier-ignore
  async holder(@Param('id') id: string, @ValidQuery(asking) { timeout }: Asking) {
    for (const { worker, value = [] } of await this.inspect.queryTask(id, { timeout })) {
      if (value[0] !== undefined) return { worker, state: value[0].state };
    }
    throw new TaskNotFoundError(id);
  }

  @Post(':id/revoke')
  @AdminRoute({ summary: 'Revoke a task', description: 'The mark is kept, so that it also applies to a message with this id that arrives later.', role: 'operator', status: 202, answer: shape.revokedView, audit: 'task.revoke' }) // prettier-ignore
  async revoke(@Param('id') id: string, @NotedBody(shape.revokeInput) { terminate }: z.output<typeof shape.revokeInput>) {
    await this.client.revoke(id, { terminate });
    return { revoked: 1 };
  }
}
