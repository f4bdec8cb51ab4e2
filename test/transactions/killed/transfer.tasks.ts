import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Task, TaskClient, TaskContext } from 'nestjs-task-queue';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn, Repository } from 'typeorm';

@Entity('account')
export class Account {
  @PrimaryColumn('int')
  id: number;

  @Column('int')
  balance: number;
}

/** One run of a transfer that has committed. Nothing keeps a task from writing two: that is what is tested. */
@Entity('transfer')
export class Transfer {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text', { name: 'task_id' })
  taskId: string;

  @Column('int', { name: 'from_id' })
  from: number;

  @Column('int', { name: 'to_id' })
  to: number;

  @Column('int')
  amount: number;
}

/** One run of what each transfer sends. */
@Entity('receipt')
export class Receipt {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text')
  transfer: string;
}

export const TABLES = [Account, Transfer, Receipt];

/** Moves money, and sends a receipt, with pauses in which the process can be killed. */
@Injectable()
export class TransferTasks {
  constructor(
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    @InjectRepository(Transfer) private readonly transfers: Repository<Transfer>,
    @InjectRepository(Receipt) private readonly receipts: Repository<Receipt>,
    private readonly tasks: TaskClient,
  ) {}

  @Task({ name: 'killed.transfer', transactional: true, maxDeliveries: 50, ignoreResult: true })
  async transfer(from: number, to: number, amount: number, ctx: TaskContext): Promise<void> {
    const changes = [{ id: from, by: -amount }, { id: to, by: amount }]; // prettier-ignore
    // In one order for all, so that no two transfers wait for each other.
    for (const { id, by } of changes.sort((one, other) => one.id - other.id)) {
      await this.accounts.increment({ id }, 'balance', by);
      await wait(Math.random() * 4);
    }
    await this.tasks.for(TransferTasks).receipt.delay(ctx.id);
    await this.transfers.insert({ taskId: ctx.id, from, to, amount });
  }

  @Task({ name: 'killed.receipt', transactional: true, maxDeliveries: 50, ignoreResult: true })
  async receipt(transfer: string): Promise<void> {
    await this.receipts.insert({ transfer });
  }
}
