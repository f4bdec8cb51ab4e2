import { Module } from '@nestjs/common';
import { TaskWorkerModule } from 'nestjs-task-queue';
import { BlogModule } from '../../api/src/blog/blog.module.js';
import { readSettings, workerOptions } from '../../api/src/settings.js';
import { SettingsModule } from '../../api/src/settings.module.js';

const settings = readSettings(process.env);

/** The blog without HTTP, and a worker that runs its tasks. */
@Module({ imports: [SettingsModule.forRoot(settings), BlogModule, TaskWorkerModule.forRoot(workerOptions(settings))] })
export class WorkerModule {}
