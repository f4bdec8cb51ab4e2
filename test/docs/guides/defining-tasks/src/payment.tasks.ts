import { Injectable } from '@nestjs/common';
import { Task, TaskDefaults } from 'nestjs-task-queue';
import { Bank, BankUnreachable, CardDeclined } from './bank.js';

@TaskDefaults({ queue: 'payments', autoretryFor: [BankUnreachable], retryBackoff: '10s', maxRetries: 20 })
export abstract class MoneyTasks {}

@Injectable()
@TaskDefaults({ priority: 8 })
export class PaymentTasks extends MoneyTasks {
  constructor(private readonly bank: Bank) {
    super();
  }

  @Task({ name: 'payments.charge', throws: [CardDeclined] })
  async charge(orderId: string): Promise<string> {
    return this.bank.charge(orderId);
  }

  @Task({ name: 'payments.report', priority: 2, maxRetries: 1 })
  report(): string {
    return 'reported';
  }
}
