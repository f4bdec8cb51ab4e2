import { harnessFor } from 'nestjs-task-queue/testing';
import { controlChannelConformance } from '../../libs/task-queue/src/testing/conformance/control-channel-conformance.js';
import { joinStoreConformance } from '../../libs/task-queue/src/testing/conformance/join-store-conformance.js';
import { resultBackendConformance } from '../../libs/task-queue/src/testing/conformance/result-backend-conformance.js';
import { databaseUrl } from '../support/services.js';
import { dropSchema, openPolling } from './postgres-schemas.js';

describe('postgres transport, polling', () => {
  const harness = harnessFor({ open: openPolling, url: databaseUrl(), ownClock: true, remove: dropSchema });
  resultBackendConformance(harness);
  controlChannelConformance(harness);
  joinStoreConformance(harness);
});
