import { harnessFor, transportConformance } from 'nestjs-task-queue/testing';
import { open } from './array.transport.js';

describe('the array transport', () => {
  transportConformance(harnessFor({ open, url: 'array://test', ownClock: false }));
});
