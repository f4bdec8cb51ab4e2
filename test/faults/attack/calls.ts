import { call, DECK as SUITE, planCalls, type Kind as SuiteKind, type PlannedCall } from '../load.js';
import type { Random } from '../random.js';
import { ACCOUNTS } from './bank.js';
import type { Way } from './children/bank-tasks.js';

/** Beside the kinds of the suite. */
const KINDS = {
  recover: 5,
  limited: 4,
  throttled: 2,
  large: 1,
  blocking: 1,
  transfer: 6,
  transferRetried: 1,
  transferFailed: 1,
} as const;
export type Kind = SuiteKind | keyof typeof KINDS;

const DECK: readonly Kind[] = [
  ...SUITE,
  ...Object.entries(KINDS).flatMap(([kind, count]) => Array.from({ length: count }, () => kind as Kind)),
];

const SAME_KEY = 3;
/** ms that a throttle lasts: it must be over when what is left is looked at */
const THROTTLE = 2_000;
const LARGE = 300_000;
/** one of so many large ones is really large, or blocks its worker: the machine is small */
const RARELY = 6;

export interface Drawn {
  readonly kind: Kind;
  readonly calls: readonly PlannedCall[];
}

/** What is sent next. The same seed draws the same. */
export function draw(id: string, random: Random, lease: number): Drawn {
  const kind = random.pick(DECK);
  return { kind, calls: isOurs(kind) ? plan(kind, id, random, lease) : planCalls(kind, id, random) };
}

function isOurs(kind: Kind): kind is keyof typeof KINDS {
  return kind in KINDS;
}

function plan(kind: keyof typeof KINDS, id: string, random: Random, lease: number): readonly PlannedCall[] {
  const priority = random.whole(0, 9);
  switch (kind) {
    case 'recover': {
      const times = random.whole(1, 3);
      return [call('recover', id, [times], { runs: times + 1, options: { priority } })];
    }
    case 'limited':
      return [call('limited', id, [random.whole(0, 10)], { options: { priority } })];
    case 'throttled': {
      const unique = { key: id, for: THROTTLE, while: [] };
      return Array.from({ length: SAME_KEY }, (_, n) =>
        call('work', `${id}.${n}`, [random.whole(0, 10)], { options: { unique, priority } }),
      );
    }
    case 'large':
      return [call('echo', id, ['x'.repeat(random.whole(0, RARELY) === 0 ? LARGE : LARGE / 10)])];
    case 'blocking':
      return [call('block', id, [random.whole(0, RARELY) === 0 ? lease * 1.3 : 50])];
    case 'transfer':
      return [transfer(id, 'done', random, { linked: true })];
    case 'transferRetried':
      return [transfer(id, 'retried', random, { linked: true, runs: 2 })];
    case 'transferFailed':
      return [transfer(id, 'failed', random, { end: 'failed' })];
  }
}

function transfer(id: string, way: Way, random: Random, more: Partial<PlannedCall>): PlannedCall {
  const from = random.whole(1, ACCOUNTS);
  const to = 1 + ((from + random.whole(0, ACCOUNTS - 2)) % ACCOUNTS);
  return call('transfer', id, [from, to, 1, way], more);
}
