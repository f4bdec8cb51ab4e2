import 'reflect-metadata';
import type { TaskOptionsInput } from '../../core/policies/task-options-input.js';
import type { ScheduleInput } from '../../core/schedules/to-schedule.js';
import type { PeriodicSettings } from '../../core/beat/schedule-settings.js';
import type { OptionsFactory } from './options-factory.js';

const TASKS = 'task-queue:tasks';
const DEFAULTS = 'task-queue:defaults';
const CONTEXT_PARAMETERS = 'task-queue:context-parameters';
const FETCHED_PARAMETERS = 'task-queue:fetched-parameters';
const PERIODICS = 'task-queue:periodics';

/** The arguments of one `@Periodic`. */
export interface PeriodicEntry {
  readonly schedule: ScheduleInput;
  readonly options: PeriodicOptions;
}

type OwnPeriodics = ReadonlyMap<string, readonly PeriodicEntry[]>;
type OwnTasks = Map<string, TaskDecoratorOptions>;

// Metadata is stored on (prototype, method), never on the function: a decorator above @Task may replace the function.

export function storeTask(prototype: object, method: string, options: TaskDecoratorOptions): void {
  const tasks: OwnTasks = ownTasks(prototype) ?? new Map();
  tasks.set(method, options);
  Reflect.defineMetadata(TASKS, tasks, prototype);
}

/** The tasks declared on this prototype, without inherited ones. */
export function ownTasks(prototype: object): OwnTasks | undefined {
  return Reflect.getOwnMetadata(TASKS, prototype) as OwnTasks | undefined;
}

export function storeDefaults(target: object, options: TaskOptionsInput): void {
  Reflect.defineMetadata(DEFAULTS, { ...ownDefaults(target), ...options }, target);
}

/** The defaults declared on this class, without inherited ones. */
export function ownDefaults(target: object): TaskOptionsInput | undefined {
  return Reflect.getOwnMetadata(DEFAULTS, target) as TaskOptionsInput | undefined;
}

/** TypeScript applies decorators from last to first, so each is put before the previous: the order is that of the source. */
export function storePeriodic(prototype: object, method: string, entry: PeriodicEntry): void {
  const periodics = ownPeriodics(prototype);
  const entries = [entry, ...(periodics.get(method) ?? [])];
  Reflect.defineMetadata(PERIODICS, new Map([...periodics, [method, entries]]), prototype);
}

/** The schedules declared on methods of this prototype, without inherited ones. */
export function ownPeriodics(prototype: object): OwnPeriodics {
  return (Reflect.getOwnMetadata(PERIODICS, prototype) as OwnPeriodics | undefined) ?? new Map();
}

export function storeContextParameter(prototype: object, method: string | symbol, index: number): void {
  storeParameter(CONTEXT_PARAMETERS, prototype, method, index);
}

export function contextParameters(prototype: object, method: string): ReadonlySet<number> {
  return parametersOf(CONTEXT_PARAMETERS, prototype, method);
}

export function storeFetchedParameter(prototype: object, method: string | symbol, index: number): void {
  storeParameter(FETCHED_PARAMETERS, prototype, method, index);
}

export function fetchedParameters(prototype: object, method: string): ReadonlySet<number> {
  return parametersOf(FETCHED_PARAMETERS, prototype, method);
}

function storeParameter(key: string, prototype: object, method: string | symbol, index: number): void {
  const indexes = (Reflect.getOwnMetadata(key, prototype, method) ?? []) as readonly number[];
  Reflect.defineMetadata(key, [...indexes, index], prototype, method);
}

function parametersOf(key: string, prototype: object, method: string): ReadonlySet<number> {
  return new Set((Reflect.getMetadata(key, prototype, method) ?? []) as readonly number[]);
}

/** The argument of `@Task`: the name of the task, and its options. */
export interface TaskDecoratorOptions extends TaskOptionsInput, Partial<OptionsFactory> {
  /** unique, and part of every message: renaming a method or class does not change it */
  name: string;
}

export interface PeriodicOptions extends PeriodicSettings {
  /** of the schedule; default: the name of the task, with a number from the second schedule of a method on */
  readonly name?: string;
  /** the `name` of the TaskQueueModule that it is sent through */
  readonly client?: string;
}
