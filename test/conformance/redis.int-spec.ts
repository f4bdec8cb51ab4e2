import { harnessFor, transportConformance } from 'nestjs-task-queue/testing';
import { open } from '../../libs/task-queue/src/transports/redis/index.js';
import { redisUrl } from '../support/services.js';
import { keysLeft, removeKeys } from './redis-keys.js';

describe('redis transport', () => {
  transportConformance(harnessFor({ open, url: redisUrl(), ownClock: true, leftovers: keysLeft, remove: removeKeys }));
});
