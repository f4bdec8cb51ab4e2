import { Injectable } from '@nestjs/common';
import { Listeners, OnSignal, type SignalPayloads } from 'nestjs-task-queue';

@Injectable()
export class TaskMetrics {
  readonly runs = new Map<string, number>();
  #began = new WeakMap<object, number>();

  constructor(private readonly listeners: Listeners) {}

  @OnSignal('task_prerun')
  begin({ context }: SignalPayloads['task_prerun']): void {
    this.#began.set(context, performance.now());
  }

  @OnSignal('task_postrun')
  end({ context, task, state }: SignalPayloads['task_postrun']): void {
    const key = `${task} ${state}`;
    this.runs.set(key, (this.runs.get(key) ?? 0) + performance.now() - this.#began.get(context)!);
  }

  /** How often listeners and hooks failed, by signal. */
  failures(): Record<string, number> {
    return Object.fromEntries(this.listeners.failures);
  }
}
