import { Delete, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskClient } from '../../core/client/task-client.js';
import { DeadLetterNotFoundError } from '../../core/errors/admin-errors.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import { purgedView } from '../queues/queue-schemas.js';
import { definedOnly } from '../validation/fields.js';
import { NotedBody, ValidQuery } from '../validation/valid.decorators.js';
import * as shape from './dead-letter-schemas.js';

type Choice = z.output<typeof shape.deadLetterChoice>;

/** Lists dead letters, and redrives and purges them. */
@AdminController('dead-letters', 'Dead letters')
export class DeadLettersController {
  constructor(private readonly client: TaskClient) {}

  @Get()
  @AdminRoute({ summary: 'List dead letters, queue by queue, newest first', role: 'viewer', answer: shape.deadLetterPage })
  async list(@ValidQuery(shape.deadLetterListing) query: z.output<typeof shape.deadLetterListing>) {
    const { letters, next } = await this.client.deadLetters.list(definedOnly(query));
    return { items: letters.map(shape.viewOfLetter), next };
  }

  @Post('redrive')
  @AdminRoute({
    summary: 'Redrive several dead letters',
    role: 'operator',
    status: 202,
    answer: shape.redrivenView,
    audit: 'deadLetter.redrive',
  })
  async redriveMany(@NotedBody(shape.deadLetterChoice) choice: Choice, @Note() note: AuditNote) {
    const report = shape.viewOfReport(await this.client.deadLetters.redrive(shape.filterOf(choice)));
    note.change = { ...choice, redriven: report.redriven, refused: report.refused.length };
    return report;
  }

  @Post('purge')
  @AdminRoute({ summary: 'Delete several dead letters', role: 'admin', answer: purgedView, audit: 'deadLetter.purge' })
  async purgeMany(@NotedBody(shape.deadLetterChoice) choice: Choice, @Note() note: AuditNote) {
    const purged = await this.client.deadLetters.purge(shape.filterOf(choice));
    note.change = { ...choice, purged };
    return { purged };
  }

  @Get(':id')
  @AdminRoute({ summary: 'Get a dead letter', role: 'viewer', answer: shape.deadLetterView, problems: [404] })
  async get(@Param('id') id: string) {
    const letter = await this.client.deadLetters.get(id);
    if (letter === null) throw new DeadLetterNotFoundError(id);
    return shape.viewOfLetter(letter);
  }

  @Post(':id/redrive')
  @AdminRoute({ summary: 'Redrive a dead letter, with all its retries', role: 'operator', status: 202, answer: shape.redrivenView, audit: 'deadLetter.redrive', problems: [404] }) // prettier-ignore
  async redrive(@Param('id') id: string, @Note() note: AuditNote) {
    const report = shape.viewOfReport(await this.client.deadLetters.redrive(id));
    if (report.redriven === 0 && report.refused.length === 0) throw new DeadLetterNotFoundError(id);
    note.change = report;
    return report;
  }

  @Delete(':id')
  @AdminRoute({ summary: 'Delete a dead letter', role: 'admin', status: 204, audit: 'deadLetter.purge', problems: [404] })
  async purge(@Param('id') id: string) {
    if ((await this.client.deadLetters.purge(id)) === 0) throw new DeadLetterNotFoundError(id);
  }
}
