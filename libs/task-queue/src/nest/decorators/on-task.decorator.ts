import { UnknownOptionError } from '../../core/errors/option-errors.js';
import type { TaskHookEvents, TaskHookName } from '../../core/ports/task/task-hooks.js';
import { storeHook } from '../metadata/listener-metadata.js';

const NAMES: Readonly<Record<TaskHookName, true>> = { beforeStart: true, success: true, retry: true, failure: true, afterReturn: true };

/** A decorator for methods that take this, or nothing. */
export type ListenerDecorator<Payload> = <M extends (payload: Payload) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Has a method of a class of tasks called in the runs of that class's tasks, on the instance that runs them. Subclasses
 * inherit it. It is waited for; what it throws is logged and counted, and fails no task.
 * @example @OnTask('failure') alert({ context, error }: TaskHookEvents['failure']) {}
 */
export function OnTask<N extends TaskHookName>(name: N): ListenerDecorator<TaskHookEvents[N]> {
  return (target, method) => {
    if (!Object.hasOwn(NAMES, name))
      throw new UnknownOptionError(name, `@OnTask on ${target.constructor.name}.${String(method)}`, Object.keys(NAMES));
    storeHook(target, method, name);
  };
}
