import type { Fault } from '../fault.js';
import { blackHole, cut, delay } from '../faults/network.js';
import { backendsTerminated, connectionsExhausted, heldHorizon } from '../faults/postgres.js';
import { producer } from '../faults/producer.js';
import { restart } from '../faults/server.js';
import { slowLine, swallow } from './faults/network.js';
import { frozenServer, fullDisk, sessionsTerminated } from './faults/postgres.js';
import { endWorker, freezeWorker, killProducer, killWorkers, poison } from './faults/processes.js';
import { clientPause, fullMemory, misconf } from './faults/redis.js';
import type { Strike } from './storm.js';

const on = (ground: NonNullable<Strike['ground']>, { name, strike }: Fault): Strike => ({ name, ground, strike });

/** What every broker must stand; what is named twice strikes twice as often. */
const EVERYWHERE: readonly Strike[] = [
  killWorkers,
  killWorkers,
  poison,
  freezeWorker,
  endWorker,
  killProducer,
  { name: producer.name, strike: (context) => producer.strike(context) },
  on('network', cut),
  on('network', blackHole),
  on('network', delay),
  swallow,
  slowLine,
  on('server', restart),
];

const ONLY: Readonly<Record<string, readonly Strike[]>> = {
  redis: [clientPause, misconf, fullMemory, sessionsTerminated("sessions of the application's database ended", ({ bank }) => bank)],
  postgres: [frozenServer, fullDisk, on('server', backendsTerminated), on('server', connectionsExhausted), on('server', heldHorizon)],
};

export interface Choice {
  /** those whose name contains one of these; absent = all */
  readonly only?: readonly string[] | undefined;
  /** and none of these */
  readonly without?: readonly string[] | undefined;
}

export function strikesOn(broker: string, { only = [''], without = [] }: Choice): readonly Strike[] {
  const all = [...EVERYWHERE, ...(ONLY[broker] ?? [])];
  const named = (name: string, parts: readonly string[]): boolean => parts.some((part) => name.includes(part));
  return all.filter(({ name }) => named(name, only) && !named(name, without));
}
