import { harnessFor, transportConformance } from 'nestjs-task-queue/testing';
import { open } from '../../libs/task-queue/src/transports/redis/index.js';
import { redisUrl } from '../support/services.js';
import { keysLeft, removeKeys } from './redis-keys.js';

describe('redis transport', () => {
  const url = redisUrl();
  const leftovers = (keyPrefix: string) => keysLeft(url, keyPrefix);
  const remove = (keyPrefix: string) => removeKeys(url, keyPrefix);
  transportConformance(harnessFor({ open, url, ownClock: true, leftovers, remove }));
});
