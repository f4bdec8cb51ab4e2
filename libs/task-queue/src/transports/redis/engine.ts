import type { Engine } from '../../core/ports/broker/transport.js';

export const redis: Engine = {
  name: 'redis',
  schemes: ['redis', 'rediss'],
  driver: 'ioredis',
  capabilities: {
    name: 'redis',
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
