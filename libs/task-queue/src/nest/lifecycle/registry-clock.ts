import type { ModuleRef } from '@nestjs/core';
import { systemClock, type Clock } from '../../core/ports/runtime/clock.js';

/** The used part of `SchedulerRegistry` of @nestjs/schedule. */
interface Registry {
  doesExist(type: 'timeout', name: string): boolean;
  addTimeout(name: string, handle: unknown): void;
  deleteTimeout(name: string): void;
}

/**
 * The clock of the beat. When the application imports the module of @nestjs/schedule, its one timer is registered in the
 * SchedulerRegistry, which lists and clears timeouts. Any other clock (of a test) is returned as it is.
 */
export async function registryClock(clock: Clock, modules: ModuleRef, name: string): Promise<Clock> {
  const registry = clock === systemClock ? await findRegistry(modules) : undefined;
  if (registry === undefined) return clock;
  const drop = () => {
    if (registry.doesExist('timeout', name)) registry.deleteTimeout(name);
  };
  return {
    now: () => clock.now(),
    timer(delay, callback) {
      drop();
      const handle = setTimeout(() => {
        drop();
        callback();
      }, delay);
      handle.unref();
      registry.addTimeout(name, handle);
      return { clear: drop };
    },
  };
}

async function findRegistry(modules: ModuleRef): Promise<Registry | undefined> {
  try {
    const { SchedulerRegistry } = await import('@nestjs/schedule');
    return modules.get(SchedulerRegistry, { strict: false }) as Registry;
  } catch {
    // The package is not installed, or its module not imported.
    return undefined;
  }
}
