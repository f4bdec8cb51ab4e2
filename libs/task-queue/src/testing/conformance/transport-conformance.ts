import { brokerConformance } from './broker-conformance.js';
import { controlChannelConformance } from './control-channel-conformance.js';
import type { HarnessFactory } from './harness.js';
import { inspectorConformance } from './inspector-conformance.js';
import { joinStoreConformance } from './join-store-conformance.js';
import { resultBackendConformance } from './result-backend-conformance.js';
import { scheduleStoreConformance } from './schedule-store-conformance.js';

/** All suites. A test of a part or a capability that the transport does not offer passes without a check. */
export function transportConformance(factory: HarnessFactory): void {
  brokerConformance(factory);
  resultBackendConformance(factory);
  controlChannelConformance(factory);
  inspectorConformance(factory);
  joinStoreConformance(factory);
  scheduleStoreConformance(factory);
}
