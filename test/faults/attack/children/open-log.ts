import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { silentLogger, type TaskLogger } from '../../../../libs/task-queue/src/core/ports/runtime/logger.js';

/** What a process of the attack logs, in a file of its own, for whoever looks for the cause of a violation. */
export function openLog(folder: string | undefined, name: string): TaskLogger {
  if (folder === undefined || folder === '') return silentLogger;
  const file = path.join(folder, `${name}.log`);
  const line =
    (level: string): TaskLogger['info'] =>
    (message, fields) =>
      appendFileSync(
        file,
        `${new Date().toISOString()} ${Date.now()} ${level} ${message} ${fields === undefined ? '' : inspect(fields, { breakLength: Infinity })}\n`,
      );
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
