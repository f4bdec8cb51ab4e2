import type { LoadableEngine } from 'nestjs-task-queue/spi';
import { capabilities } from './array.capabilities.js';

export const array: LoadableEngine = {
  name: 'array',
  schemes: ['array'],
  driver: null, // the npm package that `load` needs, for the error where it is not installed
  capabilities,
  offers: [], // no parts beside the broker
  load: () => import('./array.transport.js'),
};
