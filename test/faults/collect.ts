import { directQueueOf } from '../../libs/task-queue/src/core/policies/direct-queue.js';
import type { TaskResultRecord } from '../../libs/task-queue/src/core/message/task-result.js';
import type { Harness } from '../client-and-worker/harness.js';
import { pass } from './fault.js';
import type { SystemUnderTest } from './system-under-test.js';

const QUEUES = ['default'];
/** ids of one question for results */
const SHARE = 500;

/** @returns false when work is still there after `limit` ms */
export async function untilQuiet({ observer, fleet }: SystemUnderTest, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  for (;;) {
    const counts = await Promise.all(queuesOf(fleet).map((queue) => observer.transport.inspector.counts(queue)));
    if (counts.every(({ dead: _, ...waiting }) => Object.values(waiting).every((count) => count === 0))) return true;
    if (performance.now() > deadline) return false;
    await pass(25);
  }
}

function queuesOf({ workers }: SystemUnderTest['fleet']): string[] {
  return [...QUEUES, ...workers.map(({ name }) => directQueueOf(name))];
}

/** The results of these tasks; they are gone afterwards. */
export async function resultsOf({ transport }: Harness, ids: readonly string[]): Promise<Map<string, TaskResultRecord | null>> {
  const results = new Map<string, TaskResultRecord | null>();
  for (let at = 0; at < ids.length; at += SHARE) {
    const share = ids.slice(at, at + SHARE);
    const records = await transport.results.load(share);
    await transport.results.forget(share);
    share.forEach((id, index) => results.set(id, records[index] ?? null));
  }
  return results;
}

/** All dead letters with their reasons; they are gone afterwards. */
export async function takeDeadLetters({ transport: { inspector } }: Harness): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  for (const queue of QUEUES) {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await inspector.deadLetters(queue, { limit: 500, ...(cursor === undefined ? {} : { cursor }) });
      for (const { id, reason } of page.letters) reasons.set(id, reason);
      cursor = page.next;
    }
    await inspector.purgeDeadLetters(queue);
  }
  return reasons;
}
