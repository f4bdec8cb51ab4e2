import { parseArgs } from 'node:util';

export const HELP = `npm run demo -- [flags]

Starts a small blog with the servers it needs, sends background tasks, checks their effects, and keeps serving the blog.

  --broker embedded  keeps blog and queue in an embedded PostgreSQL (default). Stop it in the middle with Ctrl-C or kill -9
                     and start it again: it finishes the work. After a finished run, the next start begins a new one
  --broker postgres  sends tasks through PostgreSQL to two worker processes
  --broker redis     sends tasks through Redis to two worker processes
  --broker memory    keeps tasks in the memory of the API process, which also runs them
  --fresh            discards a run that was stopped in the middle and begins a new one
  --exit             exits after the checks: code 0, or 1 if a check failed
  --help             prints this text

No server has to be installed: the demo starts private ones on free ports of 127.0.0.1 and stops them at the end. By default the
data stay in a cache folder (or in DEMO_HOME); the other brokers leave no data. With --broker postgres or redis the demo uses
your servers if DATABASE_URL or REDIS_URL is set: it creates a database of its own there and drops it.
`;

const OPTIONS = /** @type {const} */ ({
  broker: { type: 'string', default: 'embedded' },
  fresh: { type: 'boolean', default: false },
  exit: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});
const BROKERS = ['embedded', 'postgres', 'redis', 'memory'];

/**
 * @param {string[]} args
 * @returns {{ broker: string, fresh: boolean, exit: boolean, help: boolean }}
 * @throws Error with a message for the user
 */
export function parseFlags(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }));
  } catch (error) {
    const [sentence] = error.message.split('. ');
    throw new Error(
      `${sentence}. Known flags: ${Object.keys(OPTIONS)
        .map((name) => `--${name}`)
        .join(', ')}.`,
    );
  }
  if (!BROKERS.includes(values.broker)) throw new Error(`--broker is '${values.broker}', but must be one of: ${BROKERS.join(', ')}.`);
  if (values.fresh && values.broker !== 'embedded')
    throw new Error(`--fresh is for --broker embedded: '${values.broker}' keeps no data between starts.`);
  return { ...values };
}
