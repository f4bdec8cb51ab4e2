import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { outsideTransaction, Task, TaskClient, TaskContext, type Injected } from 'nestjs-task-queue';
import { Tx } from 'nestjs-task-queue/typeorm';
import {
  Column,
  DataSource,
  Entity,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Repository,
  type EntityManager,
  type QueryRunner,
} from 'typeorm';

@Entity('account')
export class Account {
  @PrimaryColumn('int')
  id: number;

  @Column('int')
  balance: number;
}

@Entity('transfer')
export class Transfer {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text', { name: 'task_id' })
  taskId: string;
}

/** What a test wants to happen in the middle of a task. */
export class Script {
  afterTransfer: (context: TaskContext) => unknown = () => undefined;
  kept: QueryRunner | undefined;
  readonly notes: string[] = [];
}

/** Tasks that use their database in every way there is. */
@Injectable()
export class BankTasks {
  constructor(
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    @InjectRepository(Transfer) private readonly transfers: Repository<Transfer>,
    private readonly dataSource: DataSource,
    private readonly tasks: TaskClient,
    private readonly script: Script,
  ) {}

  @Task({ name: 'bank.transfer', transactional: true, maxRetries: 0 })
  async transfer(from: number, to: number, amount: number, ctx: TaskContext): Promise<number> {
    await this.accounts.decrement({ id: from }, 'balance', amount);
    await this.dataSource.query('UPDATE account SET balance = balance + $1 WHERE id = $2', [amount, to]);
    await this.transfers.save({ taskId: ctx.id });
    await this.script.afterTransfer(ctx);
    return amount;
  }

  @Task({ name: 'bank.every_way', transactional: { isolation: 'REPEATABLE READ' } })
  async everyWay(@Tx() manager: Injected<EntityManager>, ctx: TaskContext): Promise<string> {
    await this.accounts.save({ id: 101, balance: 1 });
    await this.accounts.createQueryBuilder().insert().values({ id: 102, balance: 1 }).execute();
    await this.accounts.upsert({ id: 103, balance: 1 }, ['id']);
    await manager.insert(Account, { id: 104, balance: 1 });
    await this.dataSource.query('INSERT INTO account VALUES (105, 1)');
    await this.dataSource.transaction((nested) => nested.insert(Account, { id: 106, balance: 1 }));
    const undone = this.dataSource.transaction(async (nested) => {
      await nested.insert(Account, { id: 107, balance: 1 });
      throw new Error('undone');
    });
    await undone.catch(() => undefined);
    await Promise.all([108, 109].map((id) => this.accounts.insert({ id, balance: 1 })));
    await this.script.afterTransfer(ctx);
    const [{ level }] = await this.dataSource.query<[{ level: string }]>(`SELECT current_setting('transaction_isolation') AS level`);
    return level;
  }

  @Task({ name: 'bank.notify', transactional: true, maxRetries: 0 })
  async notify(fails: boolean): Promise<void> {
    await this.tasks.for(BankTasks).note.delay('sent');
    await outsideTransaction(() => this.accounts.save({ id: 200, balance: 1 }));
    await outsideTransaction(() => this.tasks.for(BankTasks).note.delay('sent outside'));
    if (fails) throw new Error('no');
  }

  @Task({ name: 'bank.note' })
  note(what: string): void {
    this.script.notes.push(what);
  }

  @Task({ name: 'bank.escape', transactional: true, maxRetries: 0 })
  async escape(): Promise<void> {
    await this.script.kept!.query('SELECT 1');
  }

  @Task({ name: 'bank.swallow', transactional: true, maxRetries: 0 })
  async swallow(): Promise<void> {
    await this.accounts.query('SELECT 1/0').catch(() => undefined);
  }

  @Task({ name: 'bank.commit', transactional: true, maxRetries: 0 })
  async commit(@Tx() manager: Injected<EntityManager>): Promise<void> {
    await this.accounts.save({ id: 300, balance: 1 });
    await manager.queryRunner!.commitTransaction();
  }

  @Task({ name: 'bank.progress', transactional: true, maxRetries: 0 })
  async progress(ctx: TaskContext): Promise<void> {
    await ctx.updateState('PROGRESS', { half: true });
    await this.script.afterTransfer(ctx);
  }

  @Task({ name: 'bank.not_transactional', maxRetries: 0 })
  notTransactional(@Tx() manager: Injected<EntityManager>): string {
    return typeof manager;
  }
}
