import { Command, Option } from 'commander';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { RunWorkerOptions } from '../../nest/lifecycle/run-worker.js';

interface AppFlags {
  readonly app: string;
  readonly module?: string;
}

interface WorkerFlags extends AppFlags {
  readonly queues?: readonly string[];
  readonly excludeQueues?: readonly string[];
  readonly name?: string;
  readonly concurrency?: number;
  readonly pool?: RunWorkerOptions['pool'];
  readonly beat?: boolean;
}

/** `tasks worker`: runs tasks until it receives a signal. Absent flags come from the application's TaskWorkerModule. */
export function workerCommand(): Command {
  return appCommand('worker')
    .description('Run the tasks of an application. The first SIGTERM or Ctrl-C drains, the second one aborts.')
    .option('--queues <names>', 'the queues to consume, separated by commas', names)
    .option('--exclude-queues <names>', 'queues not to consume, separated by commas', names)
    .option('--name <name>', '%h is the host, %p the process id')
    .option('--concurrency <count>', 'how many tasks run at once', count)
    .option('--pool <kind>', 'async or solo')
    .option('--beat', 'also send the tasks of due schedules')
    .action(async ({ app, module, ...options }: WorkerFlags) => {
      const { runWorker } = await import('../../nest/lifecycle/run-worker.js');
      await runWorker(appOf(app, module), options);
    });
}

/** `tasks beat`: a process that sends the tasks of due schedules and runs none, until it receives a signal. */
export function beatCommand(): Command {
  return appCommand('beat')
    .description('Send the tasks of due schedules, and run none. Any number of beats may run: each tick is sent once.')
    .action(async ({ app, module }: AppFlags) => {
      const { runBeat } = await import('../../nest/lifecycle/run-worker.js');
      await runBeat(appOf(app, module));
    });
}

/** A command that boots an application. */
function appCommand(name: string): Command {
  return new Command(name)
    .addOption(
      new Option('--app <file>', "the compiled file of the application's root module, such as dist/worker.module.js")
        .env('TASKS_APP')
        .makeOptionMandatory(),
    )
    .option('--module <name>', 'the module class that the file exports; needed only when it exports several');
}

/** The argument of `runWorker` and `runBeat`. */
function appOf(app: string, module: string | undefined): string {
  return module === undefined ? app : `${app.replace(/#.*$/, '')}#${module}`;
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new InvalidOptionError('--concurrency', text, 'a whole number');
  return number;
}
