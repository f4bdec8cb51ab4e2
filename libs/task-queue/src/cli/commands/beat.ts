import { Command } from 'commander';
import { appOf, withApp, type AppOptions } from './app-option.js';

/** `tasks beat`: a process that runs no task and sends what is due. It goes on until it is signalled. */
export function beatCommand(): Command {
  return withApp(new Command('beat'))
    .description('Send what is due by the schedules, and run no task. Any number may run: each tick is sent once.')
    .action(async (options: AppOptions) => {
      const { runBeat } = await import('../../nest/lifecycle/run-worker.js');
      await runBeat(appOf(options));
    });
}
