import type { Engine } from '../../core/ports/broker/transport.js';

export const postgres: Engine = {
  name: 'postgres',
  schemes: ['postgres', 'postgresql'],
  opensDatabases: true,
  driver: 'pg',
  capabilities: {
    name: 'postgres',
    priorities: true,
    dedup: true,
    unique: true,
    rateLimits: true,
    atomicResults: true,
    atomicFollowUps: true,
    leases: 'renewed',
  },
  offers: ['results', 'joins', 'control', 'inspector', 'schedules', 'revoke', 'setRate'],
};
