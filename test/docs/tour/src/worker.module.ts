import { Module } from '@nestjs/common';
import { TaskWorkerModule } from 'nestjs-task-queue';
import { BlogModule } from './blog.module.js';

@Module({ imports: [BlogModule, TaskWorkerModule.forRoot({ concurrency: 20 })] })
export class WorkerModule {}
