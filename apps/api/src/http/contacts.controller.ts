import { Controller, Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { TaskClient, type AsyncResult } from 'nestjs-task-queue';
import { Repository } from 'typeorm';
import { Contact } from '../blog/contacts/contact.entity.js';
import { ContactTasks } from '../blog/contacts/contact.tasks.js';
import { Accepted } from './accepted.js';
import { IdempotencyKey } from './idempotency-key.js';

@Controller('contacts')
export class ContactsController {
  constructor(
    @InjectRepository(Contact) private readonly contacts: Repository<Contact>,
    private readonly tasks: TaskClient,
  ) {}

  @Get()
  list(): Promise<Contact[]> {
    return this.contacts.find({ order: { email: 'ASC' } });
  }

  @Post(':id/sync')
  @Accepted()
  async sync(@Param('id', ParseUUIDPipe) id: string, @IdempotencyKey() idempotencyKey?: string): Promise<AsyncResult<{ crmId: string }>> {
    await this.contacts.findOneByOrFail({ id });
    return this.tasks.for(ContactTasks).syncContactToCrm.applyAsync([id], { idempotencyKey });
  }
}
