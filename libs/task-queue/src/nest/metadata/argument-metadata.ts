import type { ExecutionContext } from '@nestjs/common';
import { CUSTOM_ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { parameterOf, type ParameterPlan, type RouteArgument } from './parameter-plan.js';

/** The metadata key under which Nest finds the parameters of a task. */
export const TASK_ARGS_METADATA = 'task:args';

/**
 * The parameters of a method in the form of Nest's route parameters, for a call with `given` arguments: every argument
 * becomes a 'body' at its position, so that pipes of parameter, method and class apply. A parameter with a default that was
 * not given is omitted: no pipe runs for it, and a rest parameter stays empty.
 */
export function argumentMetadata(plan: ParameterPlan, given: number): Readonly<Record<string, RouteArgument>> {
  const metadata: Record<string, RouteArgument> = { ...plan.custom };
  for (const index of plan.contexts) metadata[`context${CUSTOM_ROUTE_ARGS_METADATA}:${index}`] = { index, factory: contextOf, pipes: [] };
  for (let k = 0; k < Math.max(given, plan.positions.length); k++) {
    const index = parameterOf(plan, k);
    if (k >= given && index >= plan.required) continue;
    const { pipes = [], schema } = plan.decorated.get(index) ?? {};
    metadata[`${RouteParamtypes.BODY}:${index}`] = { index, data: k, pipes, ...(schema === undefined ? {} : { schema }) };
  }
  return metadata;
}

/** Reads an argument of a call `(args, context)` by its position. */
export const taskArguments = {
  exchangeKeyForValue: (_type: number, position: unknown, [args]: [readonly unknown[]]): unknown => args[position as number],
};

function contextOf(_data: unknown, execution: ExecutionContext): unknown {
  return execution.getArgByIndex(1);
}
