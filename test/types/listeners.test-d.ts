import { OnSignal, OnTask, type SignalPayloads, type TaskHookEvents } from 'nestjs-task-queue';

export class Listening {
  @OnTask('failure')
  failed({ context, error }: TaskHookEvents['failure']): [string, unknown] {
    return [context.id, error];
  }

  @OnTask('afterReturn')
  nothingTaken(): void {}

  @OnSignal('worker_ready')
  async ready({ concurrency }: SignalPayloads['worker_ready']): Promise<number> {
    return concurrency;
  }

  // @ts-expect-error -- the failure hook is given no result
  @OnTask('failure')
  wrongHook(_event: TaskHookEvents['success']): void {}

  // @ts-expect-error -- a worker's signal tells of no task
  @OnSignal('worker_ready')
  wrongSignal(_payload: SignalPayloads['task_success']): void {}

  // @ts-expect-error -- has no meaning here
  @OnSignal('setup_logging')
  noSuchSignal(): void {}

  // @ts-expect-error -- no such hook
  @OnTask('onSuccess')
  noSuchHook(): void {}
}
