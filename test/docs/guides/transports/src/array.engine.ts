import type { LoadableEngine } from 'nestjs-task-queue/spi';

export const array: LoadableEngine = {
  name: 'array',
  schemes: ['array'],
  driver: null, // the npm package that `load` needs, for the error where it is not installed
  capabilities: {
    name: 'array',
    priorities: false,
    dedup: false,
    unique: false,
    rateLimits: false,
    atomicResults: false,
    atomicFollowUps: false,
    leases: 'connection',
  },
  offers: [], // no parts beside the broker
  load: () => import('./array.transport.js'),
};
