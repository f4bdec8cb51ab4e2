import { InvalidOptionError, UnknownOptionError } from '../errors/option-errors.js';
import type { DeclaredTask } from '../ports/declared-task.js';
import { TASK_OPTION_NAMES, type TaskOptionsInput } from '../policies/task-options.js';
import { ownDefaults, ownTasks } from './task-metadata.js';

/** A task as its class declares it, with everything inherited merged in. */
export interface TaskDeclaration {
  readonly method: string;
  readonly name: string;
  readonly options: TaskOptionsInput;
}

/** The tasks of a class and its bases, by method. An override without `@Task` is its base's task with the new body. */
export function readTasks(target: Function): ReadonlyMap<string, TaskDeclaration> {
  const lineage = lineageOf(target);
  const defaults = Object.assign({}, ...lineage.map(defaultsOf)) as TaskOptionsInput;
  const tasks = new Map<string, TaskDeclaration>();
  for (const { prototype } of lineage) {
    for (const [method, { name, ...own }] of ownTasks(prototype) ?? []) {
      const where = `@Task on ${target.name}.${method}`;
      if (typeof name !== 'string' || name === '') throw new InvalidOptionError('name', name, `the name of the task (${where})`);
      refuseUnknown(own, where);
      tasks.set(method, { method, name, options: { ...defaults, ...tasks.get(method)?.options, ...given(own) } });
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

function describe({ method, name, options: { queue, priority, expires } }: TaskDeclaration): DeclaredTask {
  return { method, name, ...given({ queue, priority, expires }) };
}

/** The classes from the root of the chain to the target. */
function lineageOf(target: Function): Function[] {
  const lineage: Function[] = [];
  for (let link = target; typeof link === 'function' && link.prototype; link = Object.getPrototypeOf(link) as Function)
    lineage.unshift(link);
  return lineage;
}

/** A class decorator may have put a Proxy before the class that bears the metadata, so both are asked. */
function defaultsOf(link: Function): TaskOptionsInput {
  const behind = (link.prototype as { constructor: Function }).constructor;
  const defaults = { ...(behind === link ? {} : ownDefaults(behind)), ...ownDefaults(link) };
  refuseUnknown(defaults, `@TaskDefaults on ${link.name}`);
  return given(defaults);
}

function refuseUnknown(options: object, where: string): void {
  for (const key of Object.keys(options)) {
    if (!TASK_OPTION_NAMES.includes(key)) throw new UnknownOptionError(key, where, TASK_OPTION_NAMES);
  }
}

/** Without what is undefined, which would hide what is inherited. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
