import type { Type } from '@nestjs/common';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { TaskContext } from '../../core/ports/task/task-context.js';
import type { ParameterPlan } from './parameter-plan.js';

/** A task's method where it lives in the container, and how its parameters are filled. */
export interface HandlerHost {
  readonly wrapper: InstanceWrapper;
  readonly target: Type;
  readonly method: string;
  readonly parameters: ParameterPlan;
}

/** Runs a task's method once. */
export type Invocation = (args: readonly unknown[], context: TaskContext) => unknown;

export type Method = (this: unknown, ...args: unknown[]) => unknown;

export function methodOf(instance: object, method: string): Method {
  return (instance as Record<string, Method>)[method]!;
}
