import { Inject, Injectable, type Type } from '@nestjs/common';
import type { ContextId } from '@nestjs/core';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { TaskContext } from '../../core/ports/task/task-context.js';
import type { TaskHook, TaskHookName, TaskHooks } from '../../core/ports/task/task-hooks.js';
import { ContextCreators } from './context-creators.js';
import { directInvocation } from './direct-invocation.js';
import { EnhancedHandler } from './enhanced-handler.js';
import { hasEnhancers, hasFilters } from './enhancers.js';
import { FilterObserver } from './filter-observer.js';
import { methodOf, type HandlerHost, type Invocation } from '../metadata/handler-host.js';
import { isPlain } from '../metadata/parameter-plan.js';
import { readHooks } from '../metadata/listener-metadata.js';
import { isSingleton, resolveInstance, type ScopedInstance } from './scoped-instance.js';
import { TASK_LOGGER } from '../tokens/tokens.js';

/** Runs one handler, and the hooks of its class. */
export interface BoundHandler {
  readonly invoke: Invocation;
  readonly hooks: TaskHooks | undefined;
}

type Bind = (instance: object, contextId?: ContextId) => Invocation;

/** Decides once per handler how to call it: directly, or through Nest; on one instance, or on one for each run. */
@Injectable()
export class HandlerInvoker {
  constructor(
    private readonly creators: ContextCreators,
    @Inject(TASK_LOGGER) private readonly logger: TaskLogger,
  ) {}

  bind(host: HandlerHost): BoundHandler {
    const bind = this.#observed(host, this.#needsNest(host) ? this.#enhanced(host) : (instance) => directInvocation(instance, host));
    if (isSingleton(host.wrapper)) {
      const instance = host.wrapper.instance as object;
      return { invoke: bind(instance), hooks: bindHooks(host.target, () => instance) };
    }
    const resolve = this.#resolver(host);
    const invoke: Invocation = async (args, context) => {
      const { instance, contextId } = await resolve(context);
      return bind(instance, contextId)(args, context);
    };
    return { invoke, hooks: bindHooks(host.target, async (context) => (await resolve(context)).instance) };
  }

  /** A run and its hooks share one instance. */
  #resolver({ wrapper, target }: HandlerHost): (context: TaskContext) => Promise<ScopedInstance> {
    if (readHooks(target).length === 0) return (context) => resolveInstance(wrapper, context);
    const instances = new WeakMap<TaskContext, Promise<ScopedInstance>>();
    return (context) => {
      let resolving = instances.get(context);
      if (resolving === undefined) {
        resolving = resolveInstance(wrapper, context);
        instances.set(context, resolving);
      }
      return resolving;
    };
  }

  #needsNest(host: HandlerHost): boolean {
    return this.creators.globals || !isPlain(host.parameters) || hasEnhancers(host);
  }

  #enhanced(host: HandlerHost): Bind {
    const handler = new EnhancedHandler(host, this.creators);
    return (instance, contextId) => handler.bind(instance, contextId);
  }

  #observed(host: HandlerHost, bind: Bind): Bind {
    if (!hasFilters(host) && !this.creators.globals) return bind;
    const observer = new FilterObserver(host, this.creators, this.logger);
    return (instance, contextId) => observer.observe(bind(instance, contextId), instance, contextId);
  }
}

/**
 * The hooks of a class of tasks, called on the instance of the run.
 * @returns undefined when it has none
 */
function bindHooks(target: Type, instanceOf: (context: TaskContext) => object | Promise<object>): TaskHooks | undefined {
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
