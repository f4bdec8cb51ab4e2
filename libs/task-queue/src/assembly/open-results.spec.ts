import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions, type ClientOptionsInput } from '../core/client/options/client-options.js';
import { silentLogger } from '../core/ports/runtime/logger.js';
import { systemClock } from '../core/ports/runtime/clock.js';
import { openResults } from './open-results.js';

const [REDIS, POSTGRES, OTHER] = ['redis://localhost', 'postgres://localhost/app', 'postgresql://localhost/results'];

function open(input: ClientOptionsInput) {
  const options = resolveClientOptions(input);
  const { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, connection } = options;
  const common = { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, connection, logger: silentLogger, clock: systemClock, timeOffset: () => 0 }; // prettier-ignore
  return openResults(options, common, () => undefined, silentLogger, systemClock);
}

describe('openResults', () => {
  it("gives results that are kept elsewhere their own driver's options", async () => {
    const apart = await open({ broker: REDIS, results: POSTGRES, connection: { db: 1 }, resultsConnection: { max: 2 } });
    await apart!.transport!.close();
    await expect(open({ broker: REDIS, results: POSTGRES, resultsConnection: { maxx: 2 } })).rejects.toThrow("'maxx'");
  });

  it("does not hand the broker's options to another kind of driver", async () => {
    const apart = await open({ broker: REDIS, results: POSTGRES, connection: { db: 1 } });
    expect(apart!.transport).not.toBeNull();
    await apart!.transport!.close();
  });

  it("takes the broker's options for a second server of the same kind", async () => {
    await expect(open({ broker: POSTGRES, results: OTHER, connection: { maxx: 2 } })).rejects.toThrow("'maxx'");
  });
});
