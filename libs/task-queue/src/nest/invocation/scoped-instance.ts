import { ContextIdFactory, ModuleRef, type ContextId } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { TaskContext } from '../../core/ports/task/task-context.js';

/** Whether one instance serves every run. The dependency tree of a transient class looks static, but only a resolved instance has its dependencies. */
export function isSingleton(wrapper: InstanceWrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

export interface ScopedInstance {
  readonly instance: object;
  readonly contextId: ContextId;
}

/** The instance of a run: request-scoped and transient ones are created for it, durable ones are shared by their strategy. */
export async function resolveInstance(wrapper: InstanceWrapper, context: TaskContext): Promise<ScopedInstance> {
  const contextId = ContextIdFactory.getByRequest(context as unknown as Record<string, unknown>) as ContextId & {
    readonly payload?: unknown;
  };
  const ref = wrapper.host!.getProviderByKey(ModuleRef).instance as ModuleRef;
  ref.registerRequestByContextId(wrapper.isDependencyTreeDurable() ? contextId.payload : context, contextId);
  const instance = await ref.resolve<object>(wrapper.token as never, contextId, { strict: true });
  return { instance, contextId };
}
