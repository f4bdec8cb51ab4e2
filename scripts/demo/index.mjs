import { HELP, parseFlags } from './parse-flags.mjs';
import { printUrls } from './print-report.mjs';
import { runDemo } from './run-demo.mjs';
import { checkMark, step, styled } from './terminal.mjs';
import { BlogSystem } from './blog-system.mjs';

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  let flags;
  try {
    flags = parseFlags(args);
  } catch (error) {
    console.error(`${error.message}\nSee npm run demo -- --help.`);
    return 2;
  }
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  console.log(`\n  ${styled('bold', 'nestjs-task-queue')}  a blog that does its work in the background\n`);
  return demonstrate(flags);
}

/** @returns the exit code: 1 if a check or a process failed, 130 if it was interrupted before the checks */
async function demonstrate(flags) {
  const interrupted = interruption();
  const system = new BlogSystem();
  try {
    const outcome = await Promise.race([runDemo(system, flags), interrupted]);
    if (outcome === 'interrupted') return 130;
    if (!flags.exit) await serve(system, outcome.tasks, interrupted);
    return outcome.complete ? 0 : 1;
  } catch (error) {
    console.error(`\n  ${checkMark(false)} ${error.message}`);
    return 1;
  } finally {
    console.log('');
    await step(
      () => farewell(system),
      () => system.stop(),
    );
  }
}

function farewell({ dataFolder }) {
  if (!dataFolder) return 'stopped; no data left behind';
  return dataFolder.run.ended ? 'stopped; the next start begins a new run' : 'stopped in the middle; the next start resumes this run';
}

async function serve(system, tasks, interrupted) {
  printUrls(system, tasks);
  await Promise.race([system.watch(), interrupted]);
}

/** Resolves with 'interrupted' on Ctrl-C, or when the reader of the output has gone. */
function interruption() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve('interrupted'));
    process.stdout.on('error', () => resolve('interrupted'));
  });
}
