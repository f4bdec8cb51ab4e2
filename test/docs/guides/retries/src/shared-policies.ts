import { Injectable } from '@nestjs/common';
import { Task, TaskDefaults } from 'nestjs-task-queue';

/** After 1, 2, 4, 8 and 16 minutes, then every half hour: ten hours in all. */
@TaskDefaults({ autoretryFor: [Error], retryBackoff: '1m', retryBackoffMax: '30m', retryJitter: false, maxRetries: 24 })
export abstract class RetriedForTenHours {}

/** The same for a day. */
@TaskDefaults({ maxRetries: 52 })
export abstract class RetriedForADay extends RetriedForTenHours {}

@Injectable()
export class WebhookTasks extends RetriedForTenHours {
  @Task({ name: 'webhooks.deliver' })
  deliver(url: string): void {
    throw new Error(`${url} is down`);
  }
}

@Injectable()
export class LedgerTasks extends RetriedForADay {
  @Task({ name: 'ledger.post', dontAutoretryFor: [RangeError] })
  post(amount: number): void {
    if (amount < 0) throw new RangeError('a negative amount');
    throw new Error('the ledger is locked');
  }
}
