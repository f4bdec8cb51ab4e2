import { Command, CommanderError } from 'commander';
import { TaskQueueError } from '../core/errors/task-queue-error.js';
import { migrateCommand, type Terminal } from './commands/migrate.js';
import { beatCommand, workerCommand } from './commands/worker.js';

/** Exit codes: success, failure, wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command line. @returns the exit code; a started worker or beat keeps running and ends the process itself */
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
    .showHelpAfterError('(see tasks --help)')
    .exitOverride();
  for (const command of [workerCommand(), beatCommand(), migrateCommand(terminal)])
    program.addCommand(command.copyInheritedSettings(program));
  return program;
}

/** Prefixes the error code, if any, so that the user finds it in docs/errors.md. */
function describe(error: unknown): string {
  if (error instanceof TaskQueueError) {
    const why = error.cause instanceof Error && !error.message.includes(error.cause.message) ? ` (${error.cause.message})` : '';
    return `${error.code}: ${error.message}${why}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
