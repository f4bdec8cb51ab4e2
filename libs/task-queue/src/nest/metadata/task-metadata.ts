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

/** What one `@Periodic` says. */
export interface PeriodicEntry {
  readonly schedule: ScheduleInput;
  readonly options: PeriodicOptions;
}

type OwnPeriodics = ReadonlyMap<string, readonly PeriodicEntry[]>;
type OwnTasks = Map<string, TaskDecoratorOptions>;

// What decorators leave is kept on (prototype, method), never on the function: a decorator above @Task may replace that.

export function storeTask(prototype: object, method: string, options: TaskDecoratorOptions): void {
  const tasks: OwnTasks = ownTasks(prototype) ?? new Map();
  tasks.set(method, options);
  Reflect.defineMetadata(TASKS, tasks, prototype);
}

/** The tasks declared on this very prototype. */
export function ownTasks(prototype: object): OwnTasks | undefined {
  return Reflect.getOwnMetadata(TASKS, prototype) as OwnTasks | undefined;
}

export function storeDefaults(target: object, options: TaskOptionsInput): void {
  Reflect.defineMetadata(DEFAULTS, { ...ownDefaults(target), ...options }, target);
}

/** The defaults declared on this very class. */
export function ownDefaults(target: object): TaskOptionsInput | undefined {
  return Reflect.getOwnMetadata(DEFAULTS, target) as TaskOptionsInput | undefined;
}

/** Decorators run from the last to the first: what is written first comes first. */
export function storePeriodic(prototype: object, method: string, entry: PeriodicEntry): void {
  const periodics = ownPeriodics(prototype);
  const entries = [entry, ...(periodics.get(method) ?? [])];
  Reflect.defineMetadata(PERIODICS, new Map([...periodics, [method, entries]]), prototype);
}

/** The schedules declared on methods of this very prototype. */
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

/** What `@Task` takes: the name it is known by everywhere, and how it is sent and run. */
export interface TaskDecoratorOptions extends TaskOptionsInput, Partial<OptionsFactory> {
  /** unique, and part of every message: renaming a method or class does not change it */
  name: string;
}

export interface PeriodicOptions extends PeriodicSettings {
  /** of the schedule; default: the task's, with a number for the second and further ones of a method */
  readonly name?: string;
  /** the `name` of the TaskQueueModule that it is sent through */
  readonly client?: string;
}
