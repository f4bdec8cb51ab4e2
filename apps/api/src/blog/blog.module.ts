import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule } from 'nestjs-task-queue';
import { QUEUES, Settings } from '../settings.js';
import { Contact } from './contacts/contact.entity.js';
import { ContactTasks } from './contacts/contact.tasks.js';
import { CrmClient } from './contacts/crm-client.js';
import { dataSourceOptions } from './database/data-source-options.js';
import { PhotoFiles } from './photos/photo-files.js';
import { Photo } from './photos/photo.entity.js';
import { PhotoTasks } from './photos/photo.tasks.js';
import { Mailer } from './posts/mailer.js';
import { Newsletter } from './posts/newsletter.js';
import { PostEmail } from './posts/post-email.entity.js';
import { Post } from './posts/post.entity.js';
import { PostTasks } from './posts/post.tasks.js';
import { StockTasks } from './stock/stock.tasks.js';
import { ExportFiles } from './subscribers/export-files.js';
import { Subscriber } from './subscribers/subscriber.entity.js';
import { SubscriberTasks } from './subscribers/subscriber.tasks.js';

const TASKS = [PostTasks, PhotoTasks, SubscriberTasks, ContactTasks, StockTasks];

/**
 * The blog: its entities, services, tasks and queue. The API and the worker import the same module, so a task has the same
 * dependencies in both.
 */
@Module({
  imports: [
    TypeOrmModule.forRootAsync({ inject: [Settings], useFactory: (settings: Settings) => dataSourceOptions(settings.databaseUrl) }),
    TypeOrmModule.forFeature([Post, PostEmail, Subscriber, Photo, Contact]),
    TaskQueueModule.forRootAsync({
      inject: [Settings],
      useFactory: (settings: Settings) => ({
        broker: settings.brokerUrl,
        keyPrefix: settings.keyPrefix,
        publishTimeout: settings.publishTimeout,
        queues: QUEUES,
      }),
    }),
  ],
  providers: [Mailer, Newsletter, PhotoFiles, ExportFiles, CrmClient, ...TASKS],
  exports: [TypeOrmModule, PhotoFiles, ExportFiles, ...TASKS],
})
export class BlogModule {}
