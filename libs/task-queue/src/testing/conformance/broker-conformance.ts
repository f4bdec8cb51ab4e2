import { describeCrashes } from './crashes.js';
import type { HarnessFactory } from './harness.js';
import { describeLeases } from './leases.js';
import { describeLimitsAndOthers } from './limits-and-others.js';
import { describeLifecycle } from './lifecycle.js';
import { describePublish } from './publish.js';
import { describeRateLimits } from './rate-limits.js';
import { describeReceive } from './receive.js';
import { describeRevoke } from './revoke.js';
import { describeSettle } from './settle.js';
import { staged } from './stage.js';
import { describeSubscribe } from './subscribe.js';
import { testRunner } from './test-runner.js';
import { describeUnique } from './unique.js';
import { describeUniqueReplace } from './unique-replace.js';

/** What every broker and its consumers must do. Rules are those of the project's protocol; each test is named by its rule. */
export function brokerConformance(factory: HarnessFactory): void {
  const { describe } = testRunner();
  const test = staged(factory);
  describe('broker', () => {
    describe('connect and close', () => describeLifecycle(test));
    describe('publish', () => describePublish(test));
    describe('receive', () => describeReceive(test));
    describe('subscribe', () => describeSubscribe(test));
    describe('settle', () => describeSettle(test));
    describe('leases', () => describeLeases(test));
    describe('crashes', () => describeCrashes(test));
    describe('revoke', () => describeRevoke(test));
    describe('rate limits', () => describeRateLimits(test));
    describe('unique keys', () => describeUnique(test));
    describe('unique keys that are replaced', () => describeUniqueReplace(test));
    describe('rate limits and others', () => describeLimitsAndOthers(test));
  });
}
