import { brokerConformance } from './broker-conformance.js';
import { controlChannelConformance } from './control-channel-conformance.js';
import type { HarnessFactory } from './harness.js';
import { inspectorConformance } from './inspector-conformance.js';
import { joinStoreConformance } from './join-store-conformance.js';
import { resultBackendConformance } from './result-backend-conformance.js';
import { scheduleStoreConformance } from './schedule-store-conformance.js';

/** All suites, for a transport that implements every port. */
export function transportConformance(factory: HarnessFactory): void {
  brokerConformance(factory);
  resultBackendConformance(factory);
  controlChannelConformance(factory);
  inspectorConformance(factory);
  joinStoreConformance(factory);
  scheduleStoreConformance(factory);
}
