import { Command } from 'commander';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { RunWorkerOptions } from '../../nest/lifecycle/run-worker.js';
import { appOf, withApp, type AppOptions } from './app-option.js';

interface WorkerFlags extends AppOptions {
  readonly queues?: readonly string[];
  readonly excludeQueues?: readonly string[];
  readonly name?: string;
  readonly concurrency?: number;
  readonly pool?: RunWorkerOptions['pool'];
  readonly beat?: boolean;
}

/** `tasks worker`: runs tasks until it is signalled. What is not said is as the application's TaskWorkerModule says. */
export function workerCommand(): Command {
  return withApp(new Command('worker'))
    .description('Run the tasks of an application. The first SIGTERM or Ctrl-C drains, the second cuts.')
    .option('--queues <names>', 'the queues it consumes, with commas between them', names)
    .option('--exclude-queues <names>', 'queues that it leaves to others', names)
    .option('--name <name>', '%h is the host, %p the process id')
    .option('--concurrency <count>', 'how many tasks run at once', count)
    .option('--pool <kind>', 'async or solo')
    .option('--beat', 'also send what is due by the schedules')
    .action(async ({ app, module, ...options }: WorkerFlags) => {
      const { runWorker } = await import('../../nest/lifecycle/run-worker.js');
      await runWorker(appOf({ app, ...(module !== undefined && { module }) }), options);
    });
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new InvalidOptionError('--concurrency', text, 'a whole number');
  return number;
}
