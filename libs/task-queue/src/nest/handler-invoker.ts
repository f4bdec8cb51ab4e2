import { Inject, Injectable } from '@nestjs/common';
import type { ContextId } from '@nestjs/core';
import type { TaskLogger } from '../ports/logger.js';
import { ContextCreators } from './context-creators.js';
import { directInvocation } from './direct-invocation.js';
import { EnhancedHandler } from './enhanced-handler.js';
import { hasEnhancers, hasFilters } from './enhancers.js';
import { FilterObserver } from './filter-observer.js';
import type { HandlerHost, Invocation } from './handler-host.js';
import { isPlain } from './parameter-plan.js';
import { isSingleton, resolveInstance } from './scoped-instance.js';
import { TASK_LOGGER } from './tokens.js';

type Bind = (instance: object, contextId?: ContextId) => Invocation;

/** Decides once per handler how it is called: straight, or through Nest; on one instance, or on one for each run. */
@Injectable()
export class HandlerInvoker {
  constructor(
    private readonly creators: ContextCreators,
    @Inject(TASK_LOGGER) private readonly logger: TaskLogger,
  ) {}

  invocationOf(host: HandlerHost): Invocation {
    const bind = this.#observed(host, this.#needsNest(host) ? this.#enhanced(host) : (instance) => directInvocation(instance, host));
    if (isSingleton(host.wrapper)) return bind(host.wrapper.instance as object);
    return async (args, context) => {
      const { instance, contextId } = await resolveInstance(host.wrapper, context);
      return bind(instance, contextId)(args, context);
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
