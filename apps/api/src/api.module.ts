import { Module, type DynamicModule } from '@nestjs/common';
import { TaskWorkerModule } from 'nestjs-task-queue';
import { adminModules } from './admin.js';
import { HttpModule } from './http/http.module.js';
import { workerOptions, type Settings } from './settings.js';
import { SettingsModule } from './settings.module.js';

/** The HTTP API. It only sends tasks, unless the settings let it run them too. */
@Module({})
export class ApiModule {
  static forRoot(settings: Settings): DynamicModule {
    const imports: DynamicModule['imports'] = [SettingsModule.forRoot(settings), HttpModule, ...adminModules(settings)];
    // Last: it starts when everything before it is ready, and stops first.
    if (settings.inAppWorker) imports.push(TaskWorkerModule.forRoot(workerOptions(settings)));
    return { module: ApiModule, imports };
  }
}
