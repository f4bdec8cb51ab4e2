import { harnessFor, transportConformance } from 'nestjs-task-queue/testing';
import { open } from '../../libs/task-queue/src/transports/memory/index.js';

describe('memory transport', () => {
  transportConformance(harnessFor({ open, url: 'memory://', ownClock: false }));
});
