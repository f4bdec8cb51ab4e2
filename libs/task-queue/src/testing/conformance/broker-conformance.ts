import { describeCrashes } from './crashes.js';
import type { HarnessFactory } from './harness.js';
import { describeLeases } from './leases.js';
import { describeCombinedLimits } from './rate-limits-combined.js';
import { describeConnectAndClose } from './connect-and-close.js';
import { describePublish } from './publish.js';
import { describeRateLimits } from './rate-limits.js';
import { describeReceive } from './receive.js';
import { describeRevoke } from './revoke.js';
import { describeSettle } from './settle.js';
import { staged } from './stage.js';
import { describeSubscribe } from './subscribe.js';
import { testRunner } from './test-runner.js';
import { describeUniqueKeys } from './unique-keys.js';
import { describeKeyReplacement } from './unique-key-replacement.js';

/** Tests of a broker and its consumers. The numbered rules are listed in docs/internals.md. */
export function brokerConformance(factory: HarnessFactory): void {
  const { describe } = testRunner();
  const test = staged(factory);
  describe('broker', () => {
    describe('connect and close', () => describeConnectAndClose(test));
    describe('publish', () => describePublish(test));
    describe('receive', () => describeReceive(test));
    describe('subscribe', () => describeSubscribe(test));
    describe('settle', () => describeSettle(test));
    describe('leases', () => describeLeases(test));
    describe('crashes', () => describeCrashes(test));
    describe('revoke', () => describeRevoke(test));
    describe('rate limits', () => describeRateLimits(test));
    describe('unique keys', () => describeUniqueKeys(test));
    describe('replacement by unique key', () => describeKeyReplacement(test));
    describe('rate limits with unique keys, dead letters and several queues', () => describeCombinedLimits(test));
  });
}
