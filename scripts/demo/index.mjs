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
async function demonstrate(flags) {
  const interrupted = interruption();
  const stage = new Stage();
  try {
    const played = await Promise.race([play(stage, flags), interrupted]);
    if (played === 'interrupted') return 130;
    if (!flags.exit) await serve(stage, played.tasks, interrupted);
    return played.complete ? 0 : 1;
  } catch (error) {
    console.error(`\n  ${tick(false)} ${error.message}`);
    return 1;
  } finally {
    console.log('');
    await step(
      () => farewell(stage),
      () => stage.stop(),
    );
  }
}

function farewell({ home }) {
  if (!home) return 'stopped, nothing left behind';
  return home.play.ended ? 'stopped; the next start begins a new play' : 'stopped in the middle; the next start goes on from here';
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
