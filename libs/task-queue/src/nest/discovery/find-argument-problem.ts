import {
  ParseArrayPipe,
  ParseBoolPipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  ValidationPipe,
  type PipeTransform,
} from '@nestjs/common';
import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import type { ArgumentProblem } from '../../core/ports/task/argument-check.js';
import { pipesOf } from '../invocation/enhancers.js';
import { parameterOf, planParameters, type ParameterPlan } from '../metadata/parameter-plan.js';

type Pipe = PipeTransform | (new () => PipeTransform);

/** Pipes without dependencies. Any other class is a pipe of the application, which may query a database. */
const PLAIN_PIPES: readonly unknown[] = [ParseArrayPipe, ParseBoolPipe, ParseFloatPipe, ParseIntPipe, ParseUUIDPipe, ValidationPipe];

const KINDS = new Map<unknown, readonly [name: string, fits: (value: unknown) => boolean]>([
  [String, ['a string', (value) => typeof value === 'string']],
  [Number, ['a number', (value) => typeof value === 'number']],
  [Boolean, ['a boolean', (value) => typeof value === 'boolean']],
  [Array, ['a list', Array.isArray]],
]);

/**
 * Why arguments do not fit the method of a task; null = no problem is known. Metadata does not say whether a parameter is
 * optional, so too few arguments pass unless a pipe requires them. Runs the same pipes as a run, except those with
 * dependencies.
 */
export async function findArgumentProblem(target: Function, method: string, args: readonly unknown[]): Promise<ArgumentProblem | null> {
  const plan = planParameters(target, method, `${target.name}.${method}`);
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, target.prototype as object, method) as readonly unknown[] | undefined;
  // The length of a method does not count parameters from the first default or rest on: then any number may be given.
  if (types !== undefined && plan.required === plan.count && args.length > plan.positions.length) {
    return { path: `args[${plan.positions.length}]`, problem: `is one too many: the method takes ${plan.positions.length}` };
  }
  const pipes = pipesOf(target, method) as readonly Pipe[];
  for (let k = 0; k < Math.max(args.length, plan.positions.length); k++) {
    const index = parameterOf(plan, k);
    if (index >= plan.required && k >= args.length) continue;
    const problem = await problemOf(args[k], { plan, index, k, pipes, type: types?.[index] });
    if (problem !== null) return { path: `args[${k}]`, problem };
  }
  return null;
}

interface Parameter {
  readonly plan: ParameterPlan;
  readonly index: number;
  /** position of the argument that fills it */
  readonly k: number;
  /** of class and method */
  readonly pipes: readonly Pipe[];
  readonly type: unknown;
}

async function problemOf(given: unknown, { plan, index, k, pipes, type }: Parameter): Promise<string | null> {
  const { pipes: own = [], schema } = plan.decorated.get(index) ?? {};
  const metadata = { type: 'body', data: k, metatype: type, ...(schema === undefined ? {} : { schema }) };
  let value = given;
  for (const pipe of [...pipes, ...(own as readonly Pipe[])]) {
    const plain = instanceOf(pipe);
    // Its output is not known, so the pipes after it cannot be checked.
    if (plain === undefined) return null;
    try {
      value = await plain.transform(value, metadata as never);
    } catch (error) {
      return `is refused by ${plain.constructor.name}: ${messageOf(error)}`;
    }
  }
  return index < plan.required ? kindProblem(value, type) : null;
}

function instanceOf(pipe: Pipe): PipeTransform | undefined {
  if (typeof pipe !== 'function') return pipe;
  return PLAIN_PIPES.includes(pipe) ? new pipe() : undefined;
}

/** Any parameter may be nullable: `string | null` compiles to String. */
function kindProblem(value: unknown, type: unknown): string | null {
  const kind = KINDS.get(type);
  if (kind === undefined || value === null || value === undefined || kind[1](value)) return null;
  const found = [...KINDS.values()].find(([, fits]) => fits(value))?.[0] ?? 'an object';
  return `is ${found}, where the method takes ${kind[0]}`;
}

/** The messages of a validation are in the response that it would have sent over HTTP. */
function messageOf(error: unknown): string {
  const response = (error as { getResponse?(): unknown }).getResponse?.() as { message?: unknown } | undefined;
  if (Array.isArray(response?.message)) return response.message.join(', ');
  return error instanceof Error ? error.message : String(error);
}
