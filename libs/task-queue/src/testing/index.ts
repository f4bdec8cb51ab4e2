export { FakeClock } from './fake-clock.js';
export { testTransport } from './test-transport.js';
export { brokerConformance } from './conformance/broker-conformance.js';
export { controlChannelConformance } from './conformance/control-channel-conformance.js';
export type { ConformanceHarness, HarnessFactory } from './conformance/harness.js';
export { harnessFor, type HarnessOptions } from './conformance/harness-for.js';
export { inspectorConformance } from './conformance/inspector-conformance.js';
export { resultBackendConformance } from './conformance/result-backend-conformance.js';
export { transportConformance } from './conformance/transport-conformance.js';
