import { HELP, parseFlags } from './flags.mjs';
import { paint, step, tick } from './paint.mjs';
import { play } from './play.mjs';
import { printUrls } from './report.mjs';
import { Stage } from './stage.mjs';

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  let flags;
  try {
    flags = parseFlags(args);
  } catch (error) {
    console.error(`${error.message}\nnpm run demo -- --help tells more.`);
    return 2;
  }
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  console.log(`\n  ${paint('bold', 'nestjs-task-queue')}  a blog that does its work in the background\n`);
  return demonstrate(flags);
}

/** @returns the exit code: 1 when anything is missing or broke, 130 when it was interrupted before that was known */
async function demonstrate({ broker, exit }) {
  const interrupted = interruption();
  const stage = new Stage();
  try {
    const played = await Promise.race([play(stage, broker), interrupted]);
    if (played === 'interrupted') return 130;
    if (!exit) await serve(stage, played.tasks, interrupted);
    return played.complete ? 0 : 1;
  } catch (error) {
    console.error(`\n  ${tick(false)} ${error.message}`);
    return 1;
  } finally {
    console.log('');
    await step('stopped, nothing left behind', () => stage.stop());
  }
}

async function serve(stage, tasks, interrupted) {
  printUrls(stage, tasks);
  await Promise.race([stage.watch(), interrupted]);
}

/** Resolves with 'interrupted' on Ctrl-C, or when nobody reads the output any more. */
function interruption() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve('interrupted'));
    process.stdout.on('error', () => resolve('interrupted'));
  });
}
