import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Ctx, Task, TaskContext } from 'nestjs-task-queue';
import { Repository } from 'typeorm';
import { Contact } from './contact.entity.js';
import { CrmBusyError, CrmClient, CrmUnavailableError } from './crm-client.js';

@Injectable()
export class ContactTasks {
  constructor(
    @InjectRepository(Contact) private readonly contacts: Repository<Contact>,
    private readonly crm: CrmClient,
  ) {}

  /** A 429 is not a failure: the task waits in the broker and runs again after the CRM's Retry-After. */
  @Task({
    name: 'blog.sync_contact_to_crm',
    autoretryFor: [CrmUnavailableError],
    retryBackoff: '500ms',
    retryBackoffMax: '1m',
    maxRetries: 20,
    softTimeLimit: '20s',
  })
  async syncContactToCrm(contactId: string, @Ctx() ctx: TaskContext): Promise<{ crmId: string }> {
    const contact = await this.contacts.findOneByOrFail({ id: contactId });
    try {
      const crmId = await this.crm.upsert(contact, ctx.signal);
      await this.contacts.update(contactId, { crmId, syncedAt: new Date() });
      return { crmId };
    } catch (error) {
      if (error instanceof CrmBusyError) throw ctx.retry({ error, countdown: error.retryAfter });
      throw error;
    }
  }
}
