import type { Engine } from '../../core/ports/broker/transport.js';

export const memory: Engine = {
  name: 'memory',
  schemes: ['memory'],
  driver: null,
  capabilities: {
    name: 'memory',
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
