import { Injectable } from '@nestjs/common';
import { Discard, Ignore, Reject, Snooze, Task, TaskContext } from 'nestjs-task-queue';

export interface Invoice {
  readonly paid?: boolean;
  readonly region?: string;
  readonly rendered?: boolean;
  readonly address?: string;
}

@Injectable()
export class InvoiceTasks {
  readonly invoices = new Map<string, Invoice>();

  @Task({ name: 'invoices.send', maxRetries: 3 })
  async send(id: string, ctx: TaskContext): Promise<string> {
    const invoice = this.invoices.get(id);
    if (invoice === undefined) throw ctx.retry({ countdown: '10s', error: new Error(`there is no invoice ${id} yet`) });
    if (invoice.paid) throw new Ignore('it is paid already');
    if (invoice.region === 'elsewhere') throw new Reject({ reason: 'this worker serves another region', requeue: true });
    if (!invoice.rendered) throw new Snooze('5m');
    if (invoice.address === undefined) throw new Discard('the customer has no address');
    return `sent to ${invoice.address}`;
  }
}
