import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';
import { Settings } from './settings.js';

@Injectable()
export class ExportTasks {
  @Task({
    name: 'exports.run',
    queue: 'exports',
    useFactory: (settings: Settings) => ({ maxRetries: settings.exportRetries, softTimeLimit: settings.exportLimit }),
    inject: [Settings],
  })
  run(failing = false): string {
    if (failing) throw new Error('no space left');
    return 'exported';
  }
}
