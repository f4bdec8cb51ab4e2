import { Injectable } from '@nestjs/common';
import { Task, type TaskClient } from 'nestjs-task-queue';

@Injectable()
export class InvoiceTasks {
  @Task({ name: 'invoices.send', tags: ['invoices'], maxRetries: 0 })
  async send(invoice: number): Promise<string> {
    if (invoice < 0) throw new RangeError(`there is no invoice ${invoice}`);
    return `invoice-${invoice}.pdf`;
  }
}

export const send = (tasks: TaskClient, invoice: number, customer: string) =>
  tasks.for(InvoiceTasks).send.applyAsync([invoice], { tags: [`customer:${customer}`] });
