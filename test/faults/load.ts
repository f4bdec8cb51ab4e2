import type { CallOptions } from '../../libs/task-queue/src/core/canvas/call-options.js';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import type { Random } from './random.js';

/** The ways in which a task can end. */
export const ENDS = ['done', 'failed', 'revoked', 'expired', 'ignored', 'rejected', 'dead'] as const;
export type End = (typeof ENDS)[number];

export interface PlannedCall {
  readonly task: string;
  readonly args: readonly unknown[];
  /** an id of the caller's makes it safe to send again; without one a lost answer leaves its fate open */
  readonly options: CallOptions;
  readonly end: End;
  /** how often it runs when nothing goes wrong; null = that is a matter of timing */
  readonly runs: number | null;
  /** is revoked as soon as it was sent */
  readonly revoke: boolean;
  /** calls one more task when it has ended */
  readonly linked: boolean;
}

/** What is sent in one round. The same seed plans the same. */
export interface RoundPlan {
  readonly before: readonly PlannedCall[];
  /** while the fault lasts */
  readonly during: readonly PlannedCall[];
  /** under way when the fault comes: some heed their signal, some do not */
  readonly busy: readonly PlannedCall[];
}

/** How much a round is. */
export interface RoundSize {
  /** calls before the fault, and again while it lasts; roughly: those of one unique key come together */
  readonly load: number;
  /** ms that a fault of no set length lasts, and the longest that the busy run */
  readonly spell: number;
}

const KINDS = {
  work: 30,
  retry: 6,
  fail: 5,
  giveUp: 3,
  eta: 8,
  unique: 3,
  expires: 4,
  revokedWaiting: 4,
  revokedRunning: 2,
  ignore: 4,
  reject: 4,
  link: 6,
  linkError: 3,
} as const;
export type Kind = keyof typeof KINDS;
/** Each kind as often as it occurs among a hundred or so. */
export const DECK = Object.entries(KINDS).flatMap(([kind, count]) => Array.from({ length: count }, () => kind as Kind));
const SAME_KEY = 3;
/** fewer than there are slots: what is sent to a worker finds one */
const BUSY = 40;

export function planRound(name: string, random: Random, { load, spell }: RoundSize): RoundPlan {
  const half = (part: string): PlannedCall[] => {
    // Each kind at least once, so that each end occurs in each round.
    const every = Object.keys(KINDS) as Kind[];
    const more = Array.from({ length: Math.max(0, load - every.length) }, () => random.pick(DECK));
    return random.shuffled([...every, ...more]).flatMap((kind, place) => planCalls(kind, `${name}-${part}${place}`, random));
  };
  const busy = (n: number): PlannedCall => {
    return call(random.pick(['stay', 'stubborn']), `${name}-busy${n}`, [random.whole(spell / 4, spell)], { options: { priority: 9 } });
  };
  return { before: half('a'), during: half('b'), busy: Array.from({ length: BUSY }, (_, n) => busy(n)) };
}

/** A call that takes as long as it is told. */
export function call(task: string, id: string, args: readonly unknown[] = [], more: Partial<PlannedCall> = {}): PlannedCall {
  const options = { taskId: id, ...more.options };
  return { task, args, end: 'done', runs: 1, revoke: false, linked: false, ...more, options };
}

/** Those of one kind: mostly one, or several with the same key. */
export function planCalls(kind: Kind, id: string, random: Random): PlannedCall[] {
  const priority = random.whole(0, 9);
  if (kind === 'unique') {
    const unique = { key: id };
    return Array.from({ length: SAME_KEY }, (_, n) => call('work', `${id}.${n}`, [random.whole(5, 40)], { options: { unique, priority } }));
  }
  const { options, ...rest } = planCall(kind, random);
  const one = call(rest.task ?? 'work', id, rest.args ?? [random.whole(0, 15)], { ...rest, options: { priority, ...options } });
  // Half of those that nobody asks about by id leave no trace of it.
  if (one.revoke || one.end === 'expired' || random.chance(0.5)) return [one];
  const { taskId: _, ...untraced } = one.options;
  return [{ ...one, options: untraced }];
}

function planCall(kind: Exclude<Kind, 'unique'>, random: Random): Partial<PlannedCall> {
  switch (kind) {
    case 'work':
      return {};
    case 'retry': {
      const times = random.whole(1, 2);
      return { task: 'retry', args: [times], runs: times + 1 };
    }
    case 'fail':
      return { task: 'fail', end: 'failed' };
    case 'giveUp':
      return { task: 'giveUp', end: 'failed', runs: 3 };
    case 'eta':
      return { options: { countdown: random.whole(50, 1_000) } };
    case 'expires':
      return { end: 'expired', runs: 0, options: { countdown: 200, expires: 50 } };
    case 'revokedWaiting':
      return { end: 'revoked', runs: 0, revoke: true, options: { countdown: '1h' } };
    case 'revokedRunning':
      return { task: 'stuck', end: 'revoked', runs: null, revoke: true };
    case 'ignore':
      return { task: 'ignore', end: 'ignored' };
    case 'reject':
      return { task: 'reject', end: 'rejected' };
    case 'link':
      return { linked: true, options: { link: signature('linked') } };
    case 'linkError':
      return { task: 'fail', end: 'failed', linked: true, options: { linkError: signature('linked') } };
  }
}
