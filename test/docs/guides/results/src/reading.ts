import { TaskFailedError, type TaskClient } from 'nestjs-task-queue';
import { ReportTasks } from './report.tasks.js';

export async function wait(tasks: TaskClient): Promise<string> {
  const sent = await tasks.for(ReportTasks).build.delay('May');
  try {
    return await sent.get({ timeout: '30s' });
  } catch (error) {
    if (error instanceof TaskFailedError) return `failed: ${error.remote.type}`;
    throw error; // TaskRevokedError, ResultTimeoutError
  }
}

export async function look(tasks: TaskClient, id: string) {
  const task = tasks.result<string>(id);
  return {
    exists: await task.exists(), // false: the id is unknown or forgotten
    state: await task.state(), // PENDING, STARTED, PROGRESS, SUCCESS, …
    ready: await task.ready(),
    result: await task.result(), // the value, the error as data, or what updateState was given
    record: await task.record(), // the whole record
  };
}

export async function charts(tasks: TaskClient, id: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const [, value] of tasks.result(id).collect({ timeout: '30s' })) values.push(value);
  return values; // the report, then the results of the tasks that it sent, and so on
}
