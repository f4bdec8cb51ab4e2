import { ScheduleArgumentsError } from '../errors/index.js';
import type { ArgumentCheck, ScheduleDefinition } from '../ports/index.js';

/** @throws ScheduleArgumentsError where the arguments of a schedule do not fit its task, if this application has that */
export async function refuseArguments(check: ArgumentCheck, { name, task, args }: ScheduleDefinition): Promise<void> {
  const found = await check(task, args);
  if (found !== null) throw new ScheduleArgumentsError(name, task, found.path, found.problem);
}
