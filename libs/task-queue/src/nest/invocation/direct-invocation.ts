import { isObservable, lastValueFrom } from 'rxjs';
import { isPromise } from '../../core/attempt/is-promise.js';
import { methodOf, type HandlerHost, type Invocation } from '../metadata/handler-host.js';
import { parameterOf, type ParameterPlan } from '../metadata/parameter-plan.js';

/**
 * Calls the method directly. Only for handlers without guard, interceptor, pipe, filter and custom parameter, for which the
 * result is the same as through Nest: it fills the parameters, awaits, and returns the last value of an Observable.
 */
export function directInvocation(instance: object, { method, parameters }: HandlerHost): Invocation {
  const callback = methodOf(instance, method);
  if (parameters.contexts.length === 0) return (args) => settle(callback.apply(instance, args as unknown[]));
  return (args, context) => settle(callback.apply(instance, fill(parameters, args, context)));
}

function fill(plan: ParameterPlan, args: readonly unknown[], context: unknown): unknown[] {
  const filled: unknown[] = [];
  for (let k = 0; k < args.length; k++) filled[parameterOf(plan, k)] = args[k];
  for (const index of plan.contexts) filled[index] = context;
  return filled;
}

/** The value of a synchronous method is returned as it is, without a promise. */
function settle(value: unknown): unknown {
  return isPromise(value) ? Promise.resolve(value).then(lastOf) : lastOf(value);
}

function lastOf(value: unknown): unknown {
  return isObservable(value) ? lastValueFrom(value) : value;
}
