import { Delete, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskClient } from '../../core/client/task-client.js';
import { DeadLetterNotFoundError } from '../../core/errors/admin-resource-errors.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
import { purgedView } from '../queues/queue-view.js';
import { ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import {
  deadLetterChoice,
  deadLetterListing,
  deadLetterPage,
  deadLetterView,
  filterOf,
  redrivenView,
  viewOfLetter,
  viewOfReport,
  type DeadLetterView,
} from './dead-letter-view.js';

type Choice = z.output<typeof deadLetterChoice>;
type Redriven = z.output<typeof redrivenView>;

/** Tasks that will not run again by themselves. */
@AdminController('dead-letters', 'Dead letters')
export class DeadLettersController {
  constructor(private readonly client: TaskClient) {}

  @Get()
  @AdminRoute({ summary: 'Dead letters, queue by queue, newest first', role: 'viewer', answer: deadLetterPage })
  async list(@ValidQuery(deadLetterListing) query: z.output<typeof deadLetterListing>): Promise<z.output<typeof deadLetterPage>> {
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
    const { letters, next } = await this.client.deadLetters.list(given);
    return { items: letters.map(viewOfLetter), next };
  }

  @Post('redrive')
  @AdminRoute({ summary: 'Send many again', role: 'operator', status: 202, answer: redrivenView, audit: 'deadLetter.redrive', problems: [413, 415] }) // prettier-ignore
  async redriveMany(@ValidBody(deadLetterChoice) choice: Choice, @Note() note: AuditNote): Promise<Redriven> {
    note.change = choice;
    const report = viewOfReport(await this.client.deadLetters.redrive(filterOf(choice)));
    note.change = { ...choice, redriven: report.redriven, refused: report.refused.length };
    return report;
  }

  @Post('purge')
  @AdminRoute({ summary: 'Throw many away', role: 'admin', answer: purgedView, audit: 'deadLetter.purge', problems: [413, 415] })
  async purgeMany(@ValidBody(deadLetterChoice) choice: Choice, @Note() note: AuditNote): Promise<z.output<typeof purgedView>> {
    note.change = choice;
    const purged = await this.client.deadLetters.purge(filterOf(choice));
    note.change = { ...choice, purged };
    return { purged };
  }

  @Get(':id')
  @AdminRoute({ summary: 'One dead letter', role: 'viewer', answer: deadLetterView, problems: [404] })
  async get(@Param('id') id: string): Promise<DeadLetterView> {
    const letter = await this.client.deadLetters.get(id);
    if (letter === null) throw new DeadLetterNotFoundError(id);
    return viewOfLetter(letter);
  }

  @Post(':id/redrive')
  @AdminRoute({ summary: 'Send it again, with all its retries before it', role: 'operator', status: 202, answer: redrivenView, audit: 'deadLetter.redrive', problems: [404] }) // prettier-ignore
  async redrive(@Param('id') id: string, @Note() note: AuditNote): Promise<Redriven> {
    const report = viewOfReport(await this.client.deadLetters.redrive(id));
    if (report.redriven === 0 && report.refused.length === 0) throw new DeadLetterNotFoundError(id);
    note.change = report;
    return report;
  }

  @Delete(':id')
  @AdminRoute({ summary: 'Throw it away', role: 'admin', status: 204, audit: 'deadLetter.purge', problems: [404] })
  async purge(@Param('id') id: string): Promise<void> {
    if ((await this.client.deadLetters.purge(id)) === 0) throw new DeadLetterNotFoundError(id);
  }
}
