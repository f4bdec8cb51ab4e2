import { placesOf } from '../../../libs/task-queue/src/testing/conformance/leftovers.js';
import { checkRound, linkedOf, type RoundFacts, type Violation } from '../check-round.js';
import { resultsOf, takeDeadLetters } from '../collect.js';
import type { Engine } from '../engine.js';
import { pass } from '../fault.js';
import type { Entry } from '../ledger.js';
import type { PlannedCall } from '../load.js';
import { KEY_PREFIX } from '../system-under-test.js';
import type { AttackedSystem } from './attacked-system.js';
import { escaped } from './bank.js';

export interface Finding extends Omit<Violation, 'kind'> {
  readonly kind: Violation['kind'] | 'innocent';
  /** what the ledger tells of that task */
  readonly story: readonly string[];
}

export interface Judgement {
  readonly tasks: number;
  readonly findings: readonly Finding[];
}

/** ms after which what expires by itself, such as a throttle, is gone */
const EXPIRED = 10_000;
const FINAL = new Set(['ack', 'deadLetter']);

/**
 * Compares what became of a window's tasks with what was to become of them, once nothing is under way any more.
 * @param endedBefore ids that ended in the windows before, of which nothing may be heard again
 * @param ended is told the ids that have ended in this one
 */
export async function judgeWindow(
  { base, bank, producers }: AttackedSystem,
  engine: Engine,
  endedBefore: ReadonlySet<string>,
  ended: (id: string) => void,
): Promise<Judgement> {
  const entries = base.ledger.read();
  const accepted = new Map([...base.sender.accepted, ...(await bank.intents())]);
  const unknown = new Set([...base.sender.unknown].filter((id) => !accepted.has(id)));
  const linked = linkedOf(entries);
  const results = await resultsOf(base.observer, [...accepted.keys(), ...unknown, ...linked.keys()]);
  const deadLetters = await takeDeadLetters(base.observer);
  const left = await whatIsLeft(base, engine);
  const facts = { entries, accepted, unknown, results, deadLetters, left, endedBefore, gentle: false, unspent: false };
  const violations = [...check(facts), ...(await bank.judge(accepted)), ...escaped(entries, accepted, producers.sent)];
  for (const { event, id, detail } of entries) if (event === 'settled' && FINAL.has(detail[0]!)) ended(id);
  return { tasks: accepted.size + linked.size, findings: violations.map((one) => ({ ...one, story: storyOf(one, facts) })) };
}

/** As of a round, with those apart that are dead and have killed nobody. */
function check(facts: RoundFacts): (Violation | Omit<Finding, 'story'>)[] {
  const { deadLetters, accepted } = facts;
  const innocent = [...deadLetters]
    .filter(([id, reason]) => reason === 'worker_lost' && accepted.get(id)?.end !== 'dead')
    .map(([id]) => id);
  const others = checkRound(facts).filter(({ kind, id }) => kind !== 'lost' || id === undefined || !innocent.includes(id));
  return [...others, ...innocent.map((id) => ({ kind: 'innocent' as const, id, what: `${id} is dead, and killed no worker` }))];
}

async function whatIsLeft({ observer, server }: AttackedSystem['base'], engine: Engine): Promise<string[]> {
  const deadline = performance.now() + EXPIRED;
  for (;;) {
    const left = [...(await placesOf(observer.transport.inspector)), ...(await engine.leftovers(server.url, KEY_PREFIX))];
    if (left.length === 0 || performance.now() > deadline) return left;
    await pass(250);
  }
}

function storyOf({ id }: { readonly id?: string }, { entries, accepted, results, deadLetters }: RoundFacts): string[] {
  if (id === undefined) return [];
  const planned: PlannedCall | undefined = accepted.get(id);
  const sent =
    planned === undefined
      ? []
      : [`sent: ${planned.task}(${JSON.stringify(planned.args).slice(0, 100)}) ${JSON.stringify(planned.options)}`];
  const result = results.get(id);
  const kept = [`result: ${JSON.stringify(result ?? null)?.slice(0, 300)}`, `dead letter: ${deadLetters.get(id) ?? 'none'}`];
  return [...sent, ...entries.filter((entry) => entry.id === id || entry.detail[1] === id).map(lineOf), ...kept];
}

const lineOf = ({ at, worker, event, id, detail }: Entry): string => `${at} ${worker} ${event} ${id} ${detail.join(' ')}`.trimEnd();
