import type { InjectionToken, OptionalFactoryDependency } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { UnsupportedOptionError } from '../../core/errors/option-errors.js';
import { flattenRetry } from '../../core/policies/retry/retry-options.js';
import type { FlatTaskOptions, TaskOptionsInput } from '../../core/policies/task-options-input.js';
import { PUBLISH_OPTIONS, type WorkerTaskOptions } from '../../core/policies/task-options.js';

/** Makes options from providers of the application, like the factories of Nest. */
export interface OptionsFactory {
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameters of a factory are the providers of `inject`
  readonly useFactory: (...dependencies: any[]) => WorkerTaskOptions;
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[] | undefined;
}

/**
 * The options of a task's factory, which is called once, at boot.
 * @throws InvalidHandlerError when it returns no options · UnsupportedOptionError when it returns options that producers need
 */
export function optionsFromFactory({ useFactory, inject = [] }: OptionsFactory, wrapper: InstanceWrapper, where: string): FlatTaskOptions {
  const ref = wrapper.host!.getProviderByKey(ModuleRef).instance as ModuleRef;
  const options: unknown = useFactory(...inject.map((dependency) => find(ref, dependency, where)));
  if (typeof options !== 'object' || options === null || options instanceof Promise) {
    const given = options instanceof Promise ? 'a promise' : typeof options;
    throw new InvalidHandlerError(where, `its useFactory gives ${given}`, 'Return the options themselves, in an object.');
  }
  refusePublishOptions(options, where, 'is made by useFactory, which producers do not run');
  return flattenRetry(options as TaskOptionsInput, where);
}

/** @throws UnsupportedOptionError */
export function refusePublishOptions(options: object, where: string, why: string): void {
  const found = PUBLISH_OPTIONS.find((name) => (options as Record<string, unknown>)[name] !== undefined);
  if (found === undefined) return;
  throw new UnsupportedOptionError(
    found,
    where,
    `this ${why}`,
    `Set it in @Task() itself, in a contract, or in 'routes' or 'annotations' of TaskQueueModule.forRoot.`,
  );
}

function find(ref: ModuleRef, dependency: InjectionToken | OptionalFactoryDependency, where: string): unknown {
  const { token, optional } = isOptionalDependency(dependency) ? dependency : { token: dependency, optional: false };
  try {
    return ref.get<unknown>(token as never, { strict: false });
  } catch (error) {
    if (optional) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidHandlerError(where, `its useFactory cannot be given ${nameOf(token)}`, reason);
  }
}

function isOptionalDependency(dependency: InjectionToken | OptionalFactoryDependency): dependency is OptionalFactoryDependency {
  return typeof dependency === 'object' && 'token' in dependency;
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}
