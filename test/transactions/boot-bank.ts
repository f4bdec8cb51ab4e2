import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule, type ClientOptionsInput } from 'nestjs-task-queue';
import { DataSource } from 'typeorm';
import { Account, BankTasks, Script, Transfer } from './bank.js';

/** The bank as an application, whose outbox nobody relays. */
export async function bootBank(url: string, options: ClientOptionsInput): Promise<TestingModule> {
  const entities = [Account, Transfer];
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, entities, poolSize: 10, synchronize: true, installExtensions: false }),
      TypeOrmModule.forFeature(entities),
      TaskQueueModule.forRootAsync({
        inject: [DataSource],
        useFactory: (database: DataSource) => ({ outbox: { database, relay: false }, ...options }),
      }),
    ],
    providers: [BankTasks, Script],
  }).compile();
  module.useLogger(false);
  return module.init();
}
