import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';

@Injectable()
export class PayoutTasks {
  @Task({ name: 'payouts.pay', expires: '1d' })
  async pay(iban: string, cents: number): Promise<{ iban: string; paid: number }> {
    return { iban, paid: cents };
  }
}
