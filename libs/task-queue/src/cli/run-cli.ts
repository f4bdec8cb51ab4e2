import { Command, CommanderError } from 'commander';
import { TaskQueueError } from '../core/errors/task-queue-error.js';
import { beatCommand } from './commands/beat.js';
import { migrateCommand } from './commands/migrate.js';
import { workerCommand } from './commands/worker.js';
import type { Terminal } from './terminal.js';

/** It did what was asked · it could not · it was not understood. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command line. @returns the exit code; a worker or a beat then goes on, and ends its process itself */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programFor(terminal).parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    terminal.err(`${describe(error)}\n`);
    return EXIT.failed;
  }
}

function programFor(terminal: Terminal): Command {
  const program = new Command('tasks')
    .description('Commands for the task queue of nestjs-task-queue.')
    .version(terminal.version)
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError('(tasks --help tells more)')
    .exitOverride();
  for (const command of [workerCommand(), beatCommand(), migrateCommand(terminal)])
    program.addCommand(command.copyInheritedSettings(program));
  return program;
}

/** A code where there is one: docs/errors.md says what to do about it. */
function describe(error: unknown): string {
  if (error instanceof TaskQueueError) {
    const why = error.cause instanceof Error && !error.message.includes(error.cause.message) ? ` (${error.cause.message})` : '';
    return `${error.code}: ${error.message}${why}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
