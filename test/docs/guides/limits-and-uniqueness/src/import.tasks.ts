import { Injectable } from '@nestjs/common';
import { Task, type TaskClient } from 'nestjs-task-queue';

@Injectable()
export class ImportTasks {
  @Task({ name: 'imports.run', queue: 'imports' })
  async run(file: string, day: string): Promise<string> {
    return `${file} of ${day}`;
  }
}

/** The import of a day runs once, however often it is requested. */
export async function importDay(tasks: TaskClient, file: string, day: string) {
  const sent = await tasks.for(ImportTasks).run.applyAsync([file, day], { taskId: `import-${file}-${day}` });
  return { id: sent.id, isNew: !sent.deduplicated };
}
