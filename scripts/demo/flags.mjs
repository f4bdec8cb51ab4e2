import { parseArgs } from 'node:util';

export const HELP = `npm run demo -- [flags]

Starts a small blog with everything it needs, sends its work to the background, checks what came of it, and goes on serving.

  --broker embedded  the queue and the blog are kept in an embedded PostgreSQL (default). End it in the middle, by Ctrl-C or
                     kill -9, and start it again: it finishes the work. When all is done, the next start begins anew
  --broker postgres  through PostgreSQL to two worker processes
  --broker redis     through Redis to two worker processes
  --broker memory    in the memory of the API's process, which also runs them
  --fresh            forget a play that was ended in the middle, and begin anew
  --exit             end after the scenario: code 0, or 1 when anything is missing
  --help             this text

No server needs to be installed: all are private ones, on free ports of 127.0.0.1, and end with the demo. Of the default the data
stay, in a folder of the cache (or DEMO_HOME); of the others nothing. Those use your servers where DATABASE_URL or REDIS_URL is
set: the demo makes a database of its own there and drops it.
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
 * @throws Error with a sentence for the person who typed them
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
    throw new Error(`--fresh is for --broker embedded: of '${values.broker}' nothing is kept.`);
  return { ...values };
}
