import { Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskClient } from '../../core/client/task-client.js';
import { didYouMean } from '../../core/errors/did-you-mean.js';
import { QueueNotFoundError } from '../../core/errors/admin-errors.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import { ValidQuery } from '../validation/valid.decorators.js';
import { purgedView, queueListing, queuePage, queueView } from './queue-schemas.js';

/** Lists queues, and pauses, resumes and purges them. */
@AdminController('queues', 'Queues')
export class QueuesController {
  constructor(private readonly client: TaskClient) {}

  @Get()
  @AdminRoute({ summary: 'List the queues by name', role: 'viewer', answer: queuePage })
  async list(@ValidQuery(queueListing) { limit, cursor }: z.output<typeof queueListing>) {
    const [names, paused] = await Promise.all([this.client.queues.names(), this.client.queues.paused()]);
    const after = cursor === undefined ? names : names.filter((name) => name > cursor);
    const page = after.slice(0, limit);
    return {
      items: await Promise.all(page.map((name) => this.#view(name, paused.includes(name)))),
      next: after.length > limit ? page.at(-1)! : null,
    };
  }

  @Get(':name')
  @AdminRoute({ summary: 'Get a queue', role: 'viewer', answer: queueView, problems: [404] })
  async get(@Param('name') name: string) {
    await this.#check(name);
    return this.#view(name, (await this.client.queues.paused()).includes(name));
  }

  @Post(':name/pause')
  @AdminRoute({ summary: 'Pause a queue', description: 'It still accepts messages, and running tasks go on.', role: 'operator', answer: queueView, audit: 'queue.pause' }) // prettier-ignore
  async pause(@Param('name') name: string) {
    await this.client.queues.pause(name);
    return this.#view(name, true);
  }

  @Post(':name/resume')
  @AdminRoute({ summary: 'Resume a paused queue', role: 'operator', answer: queueView, audit: 'queue.resume', problems: [404] })
  async resume(@Param('name') name: string) {
    await this.#check(name);
    await this.client.queues.resume(name);
    return this.#view(name, false);
  }

  @Post(':name/purge')
  @AdminRoute({ summary: 'Delete the waiting messages of a queue', description: 'Delayed and rate-limited messages are deleted too. Running tasks and dead letters are kept.', role: 'admin', answer: purgedView, audit: 'queue.purge', problems: [404] }) // prettier-ignore
  async purge(@Param('name') name: string, @Note() note: AuditNote) {
    await this.#check(name);
    const purged = await this.client.queues.purge(name);
    note.change = { purged };
    return { purged };
  }

  async #view(name: string, paused: boolean): Promise<z.output<typeof queueView>> {
    const { queues } = this.client;
    const [lengths, oldestAge] = await Promise.all([queues.counts(name), queues.oldestAge(name)]);
    return { name, paused, lengths, oldestAge };
  }

  /** @throws QueueNotFoundError */
  async #check(name: string): Promise<void> {
    const names = await this.client.queues.names();
    if (!names.includes(name)) throw new QueueNotFoundError(name, didYouMean(name, names));
  }
}
