import { UnknownOptionError } from '../../core/errors/option-errors.js';
import type { SignalName, SignalPayloads } from '../../core/ports/task/signals.js';
import type { TaskHookEvents, TaskHookName } from '../../core/ports/task/task-hooks.js';
import { storeHook, storeSignal } from '../metadata/listener-metadata.js';

const HOOKS: Readonly<Record<TaskHookName, true>> = { beforeStart: true, success: true, retry: true, failure: true, afterReturn: true };

/** A decorator for methods that take this payload, or no argument. */
export type ListenerDecorator<Payload> = <M extends (payload: Payload) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Calls a method of a class of tasks in the runs of that class's tasks, on the instance that runs them. Subclasses inherit
 * it. The run waits for it. An error that it throws is logged and counted, and does not fail the task.
 * @example @OnTask('failure') alert({ context, error }: TaskHookEvents['failure']) {}
 */
export function OnTask<N extends TaskHookName>(name: N): ListenerDecorator<TaskHookEvents[N]> {
  return (target, method) => {
    const where = `@OnTask on ${target.constructor.name}.${String(method)}`;
    if (!Object.hasOwn(HOOKS, name)) throw new UnknownOptionError(name, where, Object.keys(HOOKS));
    storeHook(target, method, name);
  };
}

/**
 * Calls a method of any provider or controller for Celery's signal of this name. Subclasses inherit it. An error that it
 * throws is logged and counted.
 * @example @OnSignal('task_failure') count({ task, error }: SignalPayloads['task_failure']) {}
 */
export function OnSignal<N extends SignalName>(name: N): ListenerDecorator<SignalPayloads[N]> {
  return (target, method) => storeSignal(target, method, name);
}
