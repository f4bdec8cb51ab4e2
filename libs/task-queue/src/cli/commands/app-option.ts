import { Option, type Command } from 'commander';

/** Which application a command boots. */
export interface AppOptions {
  readonly app: string;
  readonly module?: string;
}

export function withApp(command: Command): Command {
  return command
    .addOption(
      new Option('--app <file>', "the compiled file of the application's root module, such as dist/worker.module.js")
        .env('TASKS_APP')
        .makeOptionMandatory(),
    )
    .option('--module <name>', 'the module class that the file exports; needed only where it exports several');
}

/** As `runWorker` and `runBeat` take it. */
export function appOf({ app, module }: AppOptions): string {
  return module === undefined ? app : `${app.replace(/#.*$/, '')}#${module}`;
}
