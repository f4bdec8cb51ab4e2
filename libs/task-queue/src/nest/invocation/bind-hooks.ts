import type { Type } from '@nestjs/common';
import type { TaskContext } from '../../core/ports/task/task-context.js';
import type { TaskHook, TaskHookName, TaskHooks } from '../../core/ports/task/task-hooks.js';
import { methodOf } from '../metadata/handler-host.js';
import { readHooks } from '../metadata/listener-metadata.js';

/**
 * The hooks of a class of tasks, called on the instance that a run belongs to.
 * @returns undefined when it has none
 */
export function bindHooks(target: Type, instanceOf: (context: TaskContext) => object | Promise<object>): TaskHooks | undefined {
  const found = readHooks(target);
  if (found.length === 0) return undefined;
  const hooks: Partial<Record<TaskHookName, TaskHook<TaskHookName>[]>> = {};
  for (const { name, method } of found) {
    const hook: TaskHook<TaskHookName> = {
      place: `${target.name}.${method}`,
      call: async (event) => {
        const instance = await instanceOf(event.context);
        return methodOf(instance, method).call(instance, event);
      },
    };
    (hooks[name] ??= []).push(hook);
  }
  return hooks as TaskHooks;
}
