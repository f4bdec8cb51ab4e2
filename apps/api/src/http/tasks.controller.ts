import { Controller, Get, NotFoundException, Param, ParseUUIDPipe } from '@nestjs/common';
import { TaskClient, type TaskResultRecord } from 'nestjs-task-queue';

/** A task in a response; fields that do not apply to its state are absent. */
export interface TaskView {
  readonly id: string;
  readonly state: string;
  /** number of retries */
  readonly retries?: number;
  /** PROGRESS: the stored progress */
  readonly meta?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string };
  /** when it reached this state */
  readonly at?: string;
  readonly worker?: string;
}

@Controller('tasks')
export class TasksController {
  constructor(private readonly tasks: TaskClient) {}

  @Get(':id')
  async show(@Param('id', ParseUUIDPipe) id: string): Promise<TaskView> {
    const task = this.tasks.result(id);
    const state = await task.state();
    // Read after the state, so that a task which finishes in between is shown with its result.
    const record = await task.record();
    if (record !== null) return view(record);
    if (state === 'UNKNOWN') throw new NotFoundException('No task has this id, or its result has expired.');
    return { id, state };
  }
}

/** Without the stack, which would expose our code. */
function view({ id, state, retries, meta, result, error, at, worker }: TaskResultRecord): TaskView {
  const shown = error && { type: error.type, message: error.message };
  return { id, state, retries, meta, result, error: shown, at: new Date(at).toISOString(), worker };
}
