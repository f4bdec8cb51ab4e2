import { Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskClient } from '../../core/client/task-client.js';
import { TaskInspect } from '../../core/control/task-inspect.js';
import { TaskNotFoundError } from '../../core/errors/admin-resource-errors.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
import { ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import { asking, type Asking } from '../workers/worker-input.js';
import { callOf, revokeInput, revokeManyInput, sendInput, taskListing, type SendInput } from './task-input.js';
import { TaskLookup } from './task-lookup.js';
import { holderView, revokedView, sentView, taskPage, taskView, type TaskView } from './task-view.js';

/** Tasks that are sent, looked up and revoked. */
@AdminController('tasks', 'Tasks')
export class TasksController {
  constructor(
    private readonly client: TaskClient,
    private readonly lookup: TaskLookup,
    private readonly inspect: TaskInspect,
  ) {}

  @Get()
  @AdminRoute({ summary: 'Stored results, newest first', description: "Where results: 'typeorm' is set.", role: 'viewer', answer: taskPage, problems: [501] }) // prettier-ignore
  async search(@ValidQuery(taskListing) query: z.output<typeof taskListing>): Promise<z.output<typeof taskPage>> {
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
    return this.lookup.search(given);
  }

  @Post()
  @AdminRoute({ summary: 'Send a task by its name', role: 'operator', status: 202, answer: sentView, audit: 'task.send', problems: [409, 413, 415] }) // prettier-ignore
  async send(@ValidBody(sendInput) input: SendInput, @Note() note: AuditNote): Promise<z.output<typeof sentView>> {
    // The arguments may be anybody's data, and a log is kept for long.
    const { args: _args, kwargs: _kwargs, headers: _headers, ...told } = input;
    note.change = told;
    const { task, args, options } = callOf(input);
    const { id, deduplicated } = await this.client.sendTask(task, args, options);
    note.target = id;
    return { id, deduplicated };
  }

  @Post('revoke')
  @AdminRoute({ summary: 'Revoke many', role: 'operator', status: 202, answer: revokedView, audit: 'task.revoke', problems: [413, 415] })
  async revokeMany(
    @ValidBody(revokeManyInput) { ids, terminate }: z.output<typeof revokeManyInput>,
    @Note() note: AuditNote,
  ): Promise<z.output<typeof revokedView>> {
    note.change = { ids, terminate };
    await this.client.revoke(ids, { terminate });
    return { revoked: ids.length };
  }

  @Get(':id')
  @AdminRoute({ summary: 'State, result and place of a task', role: 'viewer', answer: taskView, problems: [404] })
  find(@Param('id') id: string): Promise<TaskView> {
    return this.lookup.find(id);
  }

  @Get(':id/holder')
  @AdminRoute({ summary: 'The worker that holds it, of those that answer in time', role: 'viewer', answer: holderView, problems: [404] }) // prettier-ignore
  async holder(@Param('id') id: string, @ValidQuery(asking) { timeout }: Asking): Promise<z.output<typeof holderView>> {
    for (const { worker, value = [] } of await this.inspect.queryTask(id, { timeout })) {
      if (value[0] !== undefined) return { worker, state: value[0].state };
    }
    throw new TaskNotFoundError(id);
  }

  @Post(':id/revoke')
  @AdminRoute({ summary: 'Keep it from running', description: 'The mark is kept for ids that come later, too.', role: 'operator', status: 202, answer: revokedView, audit: 'task.revoke', problems: [413, 415] }) // prettier-ignore
  async revoke(
    @Param('id') id: string,
    @ValidBody(revokeInput) { terminate }: z.output<typeof revokeInput>,
    @Note() note: AuditNote,
  ): Promise<z.output<typeof revokedView>> {
    note.change = { terminate };
    await this.client.revoke(id, { terminate });
    return { revoked: 1 };
  }
}
