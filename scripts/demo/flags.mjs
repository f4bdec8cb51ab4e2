import { parseArgs } from 'node:util';

export const HELP = `npm run demo -- [flags]

Starts a small blog with everything it needs, sends its work to the background, checks what came of it, and goes on serving.

  --broker memory   tasks stay in the API's process, which also runs them (default)
  --broker redis    tasks go through Redis to two worker processes
  --exit            end after the scenario: code 0, or 1 when anything is missing
  --help            this text

No server needs to be installed: PostgreSQL and Redis are private ones, on free ports of 127.0.0.1, gone when the demo ends.
Set DATABASE_URL or REDIS_URL to use servers of yours instead; the demo makes a database of its own there and drops it.
`;

const OPTIONS = /** @type {const} */ ({
  broker: { type: 'string', default: 'memory' },
  exit: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});
const BROKERS = ['memory', 'redis'];

/**
 * @param {string[]} args
 * @returns {{ broker: string, exit: boolean, help: boolean }}
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
  return { ...values };
}
