import { InvalidOptionError, UnknownOptionError } from '../../core/errors/option-errors.js';
import type { DeclaredTask } from '../../core/ports/task/declared-task.js';
import { layOver } from '../../core/policies/annotations.js';
import { flattenRetry } from '../../core/policies/retry/retry-options.js';
import type { FlatTaskOptions, TaskOptionsInput } from '../../core/policies/task-options-input.js';
import { publishingOptionsOf, TASK_OPTION_NAMES } from '../../core/policies/task-options.js';
import { lineageOf } from './lineage.js';
import type { OptionsFactory } from './options-factory.js';
import { ownDefaults, ownTasks } from './task-metadata.js';

/** A task as its class declares it, with everything inherited merged in. */
export interface TaskDeclaration {
  readonly method: string;
  readonly name: string;
  readonly options: FlatTaskOptions;
  /** called at boot; its options override these */
  readonly factory: OptionsFactory | undefined;
}

/** The tasks of a class and its bases, by method. An override without `@Task` is its base's task with the new body. */
export function readTasks(target: Function): ReadonlyMap<string, TaskDeclaration> {
  const lineage = lineageOf(target);
  const defaults = layOver(...lineage.map(defaultsOf));
  const tasks = new Map<string, TaskDeclaration>();
  for (const { prototype } of lineage) {
    for (const [method, { name, useFactory, inject, ...own }] of ownTasks(prototype) ?? []) {
      const where = `@Task on ${target.name}.${method}`;
      if (typeof name !== 'string' || name === '') throw new InvalidOptionError('name', name, `the name of the task (${where})`);
      refuseUnknown(own, where);
      const inherited = tasks.get(method);
      const options = layOver(defaults, inherited?.options ?? {}, flattenRetry(own, where));
      tasks.set(method, { method, name, options, factory: factoryOf(useFactory, inject, where) ?? inherited?.factory });
    }
  }
  return tasks;
}

const described = new WeakMap<Function, ReadonlyMap<string, DeclaredTask>>();

/** The tasks of a class as a producer sees them: read from its prototype, without an instance. */
export function describeTasks(target: Function): ReadonlyMap<string, DeclaredTask> {
  let tasks = described.get(target);
  if (tasks === undefined) {
    tasks = new Map([...readTasks(target)].map(([method, task]) => [method, describe(task)]));
    described.set(target, tasks);
  }
  return tasks;
}

function describe({ method, name, options }: TaskDeclaration): DeclaredTask {
  return { method, name, ...publishingOptionsOf(options) };
}

/** A class decorator may replace the class that has the metadata by a Proxy, so both are read. */
function defaultsOf(link: Function): FlatTaskOptions {
  const behind = (link.prototype as { constructor: Function }).constructor;
  const defaults: TaskOptionsInput = { ...(behind === link ? {} : ownDefaults(behind)), ...ownDefaults(link) };
  const where = `@TaskDefaults on ${link.name}`;
  refuseUnknown(defaults, where);
  return flattenRetry(defaults, where);
}

function factoryOf(useFactory: unknown, inject: OptionsFactory['inject'], where: string): OptionsFactory | undefined {
  if (typeof useFactory === 'function') return { useFactory: useFactory as OptionsFactory['useFactory'], inject };
  if (useFactory !== undefined) throw new InvalidOptionError('useFactory', useFactory, `a function that gives options (${where})`);
  if (inject !== undefined) throw new InvalidOptionError('inject', inject, `beside a useFactory (${where})`);
  return undefined;
}

function refuseUnknown(options: object, where: string): void {
  for (const key of Object.keys(options)) {
    if (!TASK_OPTION_NAMES.includes(key)) throw new UnknownOptionError(key, where, TASK_OPTION_NAMES);
  }
}
