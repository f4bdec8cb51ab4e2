import type { ContextId, ExternalContextCreator } from '@nestjs/core';
import { argumentMetadata, TASK_ARGS_METADATA, taskArguments } from '../metadata/argument-metadata.js';
import type { ContextCreators } from './context-creators.js';
import { standIn } from './enhancers.js';
import { methodOf, type HandlerHost, type Invocation, type Method } from '../metadata/handler-host.js';
import { parameterHosts } from '../metadata/parameter-plan.js';

/** Maximum number of variants kept per handler; only a rest parameter called with many different counts reaches it. */
const MAX_VARIANTS = 32;

/**
 * Calls a handler as Nest calls that of a route: with guards, interceptors, pipes and parameter decorators. Nest fixes the
 * number of parameters in advance, so each number of arguments has its own variant. Defaults and rest parameters work.
 */
export class EnhancedHandler {
  readonly #creators = new Map<number, ExternalContextCreator>();

  constructor(
    private readonly host: HandlerHost,
    private readonly creators: ContextCreators,
  ) {}

  /** @param contextId of the instance, unless it is a singleton */
  bind(instance: object, contextId?: ContextId): Invocation {
    const variants = new Map<number, Invocation>();
    const expected = this.host.parameters.positions.length;
    // The enhancers of a singleton exist already: one that cannot run fails the boot, not the first call.
    if (contextId === undefined) variants.set(expected, this.#variant(expected, instance, contextId));
    return (args, context) => {
      let invoke = variants.get(args.length);
      if (invoke === undefined) {
        invoke = this.#variant(args.length, instance, contextId);
        if (variants.size < MAX_VARIANTS) variants.set(args.length, invoke);
      }
      return invoke(args, context);
    };
  }

  #variant(given: number, instance: object, contextId: ContextId | undefined): Invocation {
    const { method, wrapper, parameters } = this.host;
    const metadata = argumentMetadata(parameters, given);
    const callback = Object.keys(metadata).length > 0 ? methodOf(instance, method) : withoutArguments(methodOf(instance, method));
    return this.#whileStored(metadata, () =>
      this.#creator(given).create(
        instance,
        callback,
        method,
        TASK_ARGS_METADATA,
        taskArguments,
        contextId,
        wrapper.id,
        { guards: true, interceptors: true, filters: false },
        'task',
      ),
    );
  }

  #creator(given: number): ExternalContextCreator {
    const known = this.#creators.get(given);
    if (known !== undefined) return known;
    const made = this.creators.create();
    if (this.#creators.size < MAX_VARIANTS) this.#creators.set(given, made);
    return made;
  }

  /** Nest reads the parameters from metadata during `create`, so they are stored only for that time. */
  #whileStored<T>(metadata: object, create: () => T): T {
    const hosts = parameterHosts(this.host.target);
    for (const host of hosts) Reflect.defineMetadata(TASK_ARGS_METADATA, metadata, host, this.host.method);
    try {
      return create();
    } finally {
      for (const host of hosts) Reflect.deleteMetadata(TASK_ARGS_METADATA, host, this.host.method);
    }
  }
}

// For a method without parameters, Nest would pass its own arguments.
function withoutArguments(method: Method): Method {
  return standIn(method, function (this: unknown) {
    return method.call(this);
  });
}
