import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { canonicalJson } from '../client/call/unique-key-of.js';
import { ScheduleNameTakenError } from '../errors/schedule-errors.js';
import type { CodeSchedule } from '../ports/stores/schedule-store.js';
import { scheduleKey } from '../schedules/schedule-key.js';
import { checkSettings, type DefinitionContext, type ScheduleSettings } from './schedule-settings.js';

/** A schedule declared by the application's code. */
export interface DeclaredSchedule {
  readonly name: string;
  readonly settings: ScheduleSettings;
}

/**
 * The schedules of an application's code in the form of the store, identified by their names.
 * @throws ScheduleNameTakenError when two have the same name, and the errors of their settings
 */
export function codeSchedules(declared: readonly DeclaredSchedule[], context: DefinitionContext): CodeSchedule[] {
  const names = new Set<string>();
  return declared.map(({ name, settings }) => {
    if (names.has(name)) throw new ScheduleNameTakenError(name);
    names.add(name);
    const definition = checkSettings(name, settings, { ...context, takesPast: true });
    const said = canonicalJson([scheduleKey(definition.schedule), { ...definition, schedule: null }]);
    return { id: v7(), key: name, digest: createHash('sha256').update(said).digest('base64url'), definition };
  });
}
