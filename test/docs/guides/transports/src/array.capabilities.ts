import type { BrokerCapabilities } from 'nestjs-task-queue/spi';

export const capabilities: BrokerCapabilities = {
  name: 'array',
  priorities: false,
  dedup: false,
  unique: false,
  rateLimits: false,
  atomicResults: false,
  atomicFollowUps: false,
  leases: 'connection',
};
