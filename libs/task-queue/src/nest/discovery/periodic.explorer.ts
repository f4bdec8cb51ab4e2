import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { DeclaredSchedule } from '../../core/beat/code-schedules.js';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import type { ArgumentCheck } from '../../core/ports/task/argument-check.js';
import type { DeclaredTask } from '../../core/ports/task/declared-task.js';
import { findArgumentProblem } from './find-argument-problem.js';
import { lineageOf } from '../metadata/lineage.js';
import { classOf } from '../metadata/provider-class.js';
import { DEFAULT_CLIENT } from '../tokens/tokens.js';
import { ownPeriodics, type PeriodicEntry } from '../metadata/task-metadata.js';
import { describeTasks } from '../metadata/task-metadata.accessor.js';

interface FoundTask {
  readonly task: DeclaredTask;
  readonly target: Function;
}

interface FoundSchedule extends DeclaredSchedule {
  readonly client: string;
}

/** Finds the tasks and the schedules that the classes of an application declare, without running or instantiating any. */
@Injectable()
export class PeriodicExplorer {
  #found: { readonly tasks: ReadonlyMap<string, FoundTask>; readonly schedules: readonly FoundSchedule[] } | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** A task of this application, as a producer sees it. */
  findTask(name: string): DeclaredTask | undefined {
    return this.#explore().tasks.get(name)?.task;
  }

  taskNames(): string[] {
    return [...this.#explore().tasks.keys()];
  }

  readonly checkArguments: ArgumentCheck = async (name, args) => {
    const found = this.#explore().tasks.get(name);
    return found === undefined ? null : findArgumentProblem(found.target, found.task.method, args);
  };

  /** The schedules of `@Periodic` for one queue instance. @throws InvalidHandlerError */
  schedules(client: string): DeclaredSchedule[] {
    return this.#explore().schedules.filter((one) => one.client === client);
  }

  #explore() {
    if (this.#found !== undefined) return this.#found;
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()].filter((one) => !one.isAlias);
    const classes = new Set(wrappers.flatMap((wrapper) => classOf(wrapper) ?? []));
    const tasks = new Map<string, FoundTask>();
    const schedules: FoundSchedule[] = [];
    for (const target of classes) {
      const own = describeTasks(target);
      for (const task of own.values()) tasks.set(task.name, { task, target });
      schedules.push(...schedulesOf(target, own));
    }
    return (this.#found = { tasks, schedules });
  }
}

/** The schedules of its methods and of its bases, in the order of the source. */
function schedulesOf(target: Function, tasks: ReadonlyMap<string, DeclaredTask>): FoundSchedule[] {
  const entries = new Map<string, PeriodicEntry[]>();
  for (const { prototype } of lineageOf(target)) {
    for (const [method, own] of ownPeriodics(prototype as object)) entries.set(method, [...(entries.get(method) ?? []), ...own]);
  }
  return [...entries].flatMap(([method, all]) => {
    const task = tasks.get(method);
    if (task !== undefined) return all.map((entry, index) => scheduleOf(task.name, entry, index));
    const where = `@Periodic on ${target.name}.${method}`;
    throw new InvalidHandlerError(where, 'the method is no task', 'Add @Task({ name }) to it.');
  });
}

function scheduleOf(task: string, { schedule, options }: PeriodicEntry, index: number): FoundSchedule {
  const { name = index === 0 ? task : `${task} (${index + 1})`, client = DEFAULT_CLIENT, ...settings } = options;
  return { name, client, settings: { ...settings, task, schedule } };
}
