import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions, type ClientOptionsInput } from '../core/client/options/client-options.js';
import { openCodecs } from '../core/message/codecs.js';
import { silentLogger } from '../core/ports/runtime/logger.js';
import { systemClock } from '../core/ports/runtime/clock.js';
import { composeTransport } from './compose-transport.js';

const [REDIS, POSTGRES, OTHER] = ['redis://localhost', 'postgres://localhost/app', 'postgresql://localhost/results'];

async function open(input: ClientOptionsInput) {
  const options = resolveClientOptions(input);
  const codecs = await openCodecs(options);
  return composeTransport({ options, outbox: undefined, codecs, find: () => undefined, logger: silentLogger, clock: systemClock });
}

describe('composeTransport', () => {
  it("gives results that are kept elsewhere their own driver's options", async () => {
    const transport = await open({ broker: REDIS, results: POSTGRES, connection: { db: 1 }, resultsConnection: { max: 2 } });
    await transport.close();
    await expect(open({ broker: REDIS, results: POSTGRES, resultsConnection: { maxx: 2 } })).rejects.toThrow("'maxx'");
  });

  it("does not hand the broker's options to another kind of driver", async () => {
    const transport = await open({ broker: REDIS, results: POSTGRES, connection: { db: 1 } });
    expect(transport.resultsApart).toBe(true);
    await transport.close();
  });

  it("takes the broker's options for a second server of the same kind", async () => {
    await expect(open({ broker: POSTGRES, results: OTHER, connection: { maxx: 2 } })).rejects.toThrow("'maxx'");
  });
});
