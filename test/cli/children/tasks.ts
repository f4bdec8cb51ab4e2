// The `tasks` command as its own process.
import { runCli } from '../../../libs/task-queue/src/cli/run-cli.js';

const say = (text: string) => process.stderr.write(text);
process.exitCode = await runCli(process.argv.slice(2), { version: '0', out: say, err: say });
// The channel to the test must not be what keeps it alive.
process.channel?.unref();
