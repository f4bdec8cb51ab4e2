import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { resolveTaskOptions } from '../policies/task-options.js';
import { HandlerRegistry } from '../worker/handler-registry.js';
import { refuseLostEnhancers } from './enhancers.js';
import { HandlerInvoker } from './handler-invoker.js';
import type { HandlerHost } from './handler-host.js';
import { planParameters } from './parameter-plan.js';
import { readTasks, type TaskDeclaration } from './task-metadata.accessor.js';

/**
 * Finds the tasks of every provider and controller and registers a handler for each. What is wrong with one, or with two
 * of one name, is thrown here, so that it fails the boot.
 */
@Injectable()
export class TaskExplorer {
  #explored: { readonly error?: unknown } | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly invoker: HandlerInvoker,
    private readonly handlers: HandlerRegistry,
  ) {}

  /** The handlers of this application. Explores once; a failure stays one. */
  explore(): HandlerRegistry {
    this.#explored ??= this.#exploreAll();
    if ('error' in this.#explored) throw this.#explored.error;
    return this.handlers;
  }

  #exploreAll(): { readonly error?: unknown } {
    try {
      const seen = new Set<unknown>();
      const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
      // Those that Nest constructs come first, so that a factory's instance is known for what it is.
      for (const wrapper of wrappers.filter((one) => !one.isNotMetatype)) this.#exploreWrapper(wrapper, seen);
      for (const wrapper of wrappers.filter((one) => one.isNotMetatype)) this.#exploreWrapper(wrapper, seen);
      return {};
    } catch (error) {
      return { error };
    }
  }

  #exploreWrapper(wrapper: InstanceWrapper, seen: Set<unknown>): void {
    const target = classOf(wrapper);
    if (target === undefined || wrapper.isAlias) return;
    const tasks = readTasks(target);
    // A factory may hand out what another provider made: one instance is explored once, like an alias.
    if (tasks.size === 0 || (wrapper.isNotMetatype && seen.has(wrapper.instance))) return;
    seen.add(wrapper.instance);
    for (const task of tasks.values()) this.#register(task, target, wrapper);
  }

  #register({ name, method, options }: TaskDeclaration, target: Type, wrapper: InstanceWrapper): void {
    const where = `@Task '${name}' (${target.name}.${method})`;
    const host: HandlerHost = { wrapper, target, method, parameters: planParameters(target, method, where) };
    refuseLostEnhancers(host, where);
    const handler = { name, options: resolveTaskOptions(options, where), invoke: this.invoker.invocationOf(host) };
    this.handlers.register(handler, `${target.name}.${method} in ${wrapper.host?.name ?? 'an unknown module'}`);
  }
}

/** The class whose methods a provider has; undefined for plain values and for what does not exist yet. */
function classOf(wrapper: InstanceWrapper): Type | undefined {
  if (!wrapper.isNotMetatype) return wrapper.metatype as Type;
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  const made: unknown = (Object.getPrototypeOf(instance) as { constructor?: unknown } | null)?.constructor;
  return typeof made === 'function' && made !== Object ? (made as Type) : undefined;
}
