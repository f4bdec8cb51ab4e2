import { Injectable, Module } from '@nestjs/common';
import { Task, TaskClient, TaskContext, taskContract, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';

export class SmtpError extends Error {}

/** What the tasks have done, in order. */
@Injectable()
export class Outbox {
  readonly mails: string[] = [];
  failures = 0;

  send(mail: string): void {
    if (this.failures > 0) {
      this.failures--;
      throw new SmtpError(`450 ${mail}`);
    }
    this.mails.push(mail);
  }
}

@Injectable()
export class ShopTasks {
  constructor(
    private readonly outbox: Outbox,
    private readonly tasks: TaskClient,
  ) {}

  @Task({ name: 'shop.mail', autoretryFor: [SmtpError], maxRetries: 2, defaultRetryDelay: '1m' })
  mail(to: string, ctx: TaskContext): string {
    this.outbox.send(to);
    return `${to} after ${ctx.retries}`;
  }

  @Task({ name: 'shop.order', queue: 'orders' })
  async order(customers: string[], note?: { text: string }): Promise<number> {
    for (const customer of customers) await this.tasks.for(ShopTasks).mail.delay(customer);
    return customers.length + (note === undefined ? 0 : 1);
  }

  @Task({ name: 'shop.early', acksLate: false, maxRetries: 1, autoretryFor: [SmtpError], defaultRetryDelay: 0 })
  async early(to: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.outbox.send(to);
  }

  @Task({ name: 'shop.for_ever', ignoreResult: true })
  async forEver(): Promise<void> {
    await this.tasks.for(ShopTasks).forEver.delay();
  }

  @Task({ name: 'shop.forgets_to_wait' })
  forgetsToWait(to: string): void {
    void this.tasks.for(ShopTasks).mail.delay(to);
  }

  @Task({ name: 'shop.waits' })
  async waits(ctx: TaskContext): Promise<void> {
    await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)));
  }

  plain(): void {}
}

export const shopContract = taskContract<ShopTasks>()({ mail: 'shop.mail' });

/** An application as it is deployed: a broker that no test has, and a worker. */
@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: 'redis://nowhere.invalid:1', keyPrefix: 'shop', queues: ['orders', 'bulk'] }),
    TaskWorkerModule.forRoot({ queues: ['default'] }),
  ],
  providers: [Outbox, ShopTasks],
})
export class ShopModule {}
