import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';
import { TenantRouter, TenantsModule } from './tenants.module.js';

@Module({
  imports: [
    TenantsModule,
    TaskQueueModule.forRoot({
      broker: process.env.BROKER_URL ?? 'memory://',
      routes: [
        TenantRouter, // asked first
        { 'posts.notify': 'email', 'reports.*': { queue: 'slow', priority: 1, expires: '1d' } },
        [/\.(import|export)$/, 'batch'],
        ({ args }) => (args.length > 100 ? 'bulk' : null),
      ],
    }),
  ],
  providers: [PostTasks],
})
export class AppModule {}
