import { isObservable, lastValueFrom } from 'rxjs';
import { methodOf, type HandlerHost, type Invocation } from './handler-host.js';
import { parameterOf, type ParameterPlan } from './parameter-plan.js';

/**
 * Calls the method itself. Only for handlers without guard, interceptor, pipe, filter and custom parameter, for which it
 * does the same as the way through Nest: fill the parameters, await, take an Observable's last value.
 */
export function directInvocation(instance: object, { method, parameters }: HandlerHost): Invocation {
  const callback = methodOf(instance, method);
  if (parameters.contexts.length === 0) return async (args) => settle(await callback.apply(instance, args as unknown[]));
  return async (args, context) => settle(await callback.apply(instance, fill(parameters, args, context)));
}

function fill(plan: ParameterPlan, args: readonly unknown[], context: unknown): unknown[] {
  const filled: unknown[] = [];
  for (let k = 0; k < args.length; k++) filled[parameterOf(plan, k)] = args[k];
  for (const index of plan.contexts) filled[index] = context;
  return filled;
}

function settle(value: unknown): unknown {
  return isObservable(value) ? lastValueFrom(value) : value;
}
