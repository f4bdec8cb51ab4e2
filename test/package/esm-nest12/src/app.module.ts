import { Module } from '@nestjs/common';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { Clerk, GreetingTasks } from './greeting.tasks.js';

@Module({
  imports: [TaskQueueModule.forRoot({ broker: process.env.BROKER ?? 'memory://' }), TaskWorkerModule.forRoot()],
  providers: [Clerk, GreetingTasks],
})
export class AppModule {}
