import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Broker } from '../../libs/task-queue/src/core/ports/broker/broker.js';
import type { Transport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { openTransport } from '../../libs/task-queue/src/assembly/open-transport.js';

const NAMES = ['memory', 'redis', 'postgres'] as const;
const TRUTH: Readonly<Record<string, boolean>> = { yes: true, no: false };
const PAGE = readFileSync('docs/guides/brokers.md', 'utf8');

describe('the table of what brokers can do', () => {
  let transport: Transport | undefined;
  afterEach(() => transport?.close());

  it.each(NAMES)('says of %s what its transport says of itself', async (name) => {
    transport = await open(name);

    expect(tableOf(name)).toEqual(abilitiesOf(transport.broker));
  });
});

function abilitiesOf({ capabilities, transactional }: Broker): Record<string, boolean | string> {
  const { name: _, ...abilities } = capabilities;
  return { ...abilities, transactional: transactional !== undefined };
}

function tableOf(name: (typeof NAMES)[number]): Record<string, boolean | string> {
  const rows = PAGE.matchAll(/^\|[^|]*\(`(\w+)`\)[^|]*\|(.*)\|$/gm);
  const cellOf = (cells: string) => cells.split('|')[NAMES.indexOf(name)]!.trim();
  return Object.fromEntries([...rows].map(([, ability, cells]) => [ability, TRUTH[cellOf(cells!)] ?? cellOf(cells!)]));
}

/** Never connected: what it can do is known before. */
function open(name: string): Promise<Transport> {
  return openTransport(`${name}://127.0.0.1:1`, {
    keyPrefix: 'tq',
    dedupRetention: 1,
    revokesExpire: 1,
    deadLetterLimit: 1,
    connection: {},
    logger: silentLogger,
    clock: systemClock,
    timeOffset: () => 0,
  });
}
