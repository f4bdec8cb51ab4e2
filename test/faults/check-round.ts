import type { TaskResultRecord } from '../../libs/task-queue/src/core/message/task-result.js';
import type { Entry } from './ledger.js';
import type { End, PlannedCall } from './load.js';

/** What is known of a round after its work is done. */
export interface RoundFacts {
  readonly entries: readonly Entry[];
  /** by id, what the broker has accepted */
  readonly accepted: ReadonlyMap<string, PlannedCall>;
  /** ids that it may have accepted */
  readonly unknown: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, TaskResultRecord | null>;
  /** reasons by id */
  readonly deadLetters: ReadonlyMap<string, string>;
  /** places and keys that still hold something */
  readonly left: readonly string[];
  /** accepted settlements of earlier rounds that ended a task */
  readonly endedBefore: ReadonlySet<string>;
  /** each task was to run as often as it should */
  readonly gentle: boolean;
  /** no message was to be charged with a lost lease */
  readonly unspent: boolean;
}

export interface Violation {
  readonly kind: 'lost' | 'doubled' | 'leftover' | 'unmet';
  readonly what: string;
  /** the task that it is about */
  readonly id?: string;
}

const FINAL = new Set(['ack', 'deadLetter']);
const REASONS: Partial<Record<End, string>> = { failed: 'failed', rejected: 'rejected', dead: 'worker_lost' };

/** The ids of tasks that others have called, each with the one that did. */
export function linkedOf(entries: readonly Entry[]): Map<string, string> {
  const linked = new Map<string, string>();
  for (const { event, id, detail } of entries) if (event === 'ran' && detail[1] !== '-') linked.set(id, detail[1]!);
  return linked;
}

/** Compares what became of a round's tasks with what was to become of them. */
export function checkRound(facts: RoundFacts): Violation[] {
  const found: Violation[] = facts.left.map((what) => ({ kind: 'leftover', what }));
  const add: Add = (kind, id, what) => void found.push({ kind, id, what: `${id} ${what}` });
  const histories = historiesOf(facts.entries);
  const linked = linkedOf(facts.entries);
  const children = countsOf(linked.values());
  for (const [id, call] of facts.accepted) {
    checkEnd(id, call.end, facts, add);
    checkRuns(id, call, histories.get(id), facts, add);
    if (call.linked) checkLink(id, children.get(id) ?? 0, add);
  }
  for (const id of linked.keys()) checkEnd(id, 'done', facts, add);
  for (const [id, history] of histories) {
    checkSettlements(id, history, facts, add);
    if (facts.unknown.has(id) && endOf(id, facts) === null) add('lost', id, 'whose publish was not answered, was taken and has no end');
  }
  return found;
}

interface History {
  readonly runs: Entry[];
  readonly ends: Entry[];
  readonly charged: Entry[];
  /** taken, run or settled: what else is noted may be a loser that is told late of what was over */
  readonly came: Entry[];
}

type Add = (kind: Violation['kind'], id: string, what: string) => void;

function historiesOf(entries: readonly Entry[]): Map<string, History> {
  const histories = new Map<string, History>();
  for (const entry of entries) {
    let history = histories.get(entry.id);
    if (history === undefined) histories.set(entry.id, (history = { runs: [], ends: [], charged: [], came: [] }));
    if (['took', 'ran', 'settled'].includes(entry.event)) history.came.push(entry);
    if (entry.event === 'ran') history.runs.push(entry);
    else if (entry.event === 'settled' && FINAL.has(entry.detail[0]!)) history.ends.push(entry);
    else if (entry.event === 'took' && Number(entry.detail[0]) > 0) history.charged.push(entry);
  }
  return histories;
}

function checkEnd(id: string, expected: End, facts: RoundFacts, add: Add): void {
  const end = endOf(id, facts);
  if (end === null) add('lost', id, `has not ended: its state is ${facts.results.get(id)?.state ?? 'unknown'}`);
  else if (end !== expected) add('lost', id, `ended as ${end} instead of ${expected}`);
}

/** How a task ended by what the broker keeps of it; null = it has not, or what is kept contradicts itself. */
function endOf(id: string, { results, deadLetters }: RoundFacts): End | null {
  const record = results.get(id);
  const end = record ? endOfRecord(record, deadLetters.get(id)) : null;
  return end !== null && REASONS[end] === deadLetters.get(id) ? end : null;
}

function endOfRecord({ state, error }: TaskResultRecord, reason: string | undefined): End | null {
  switch (state) {
    case 'SUCCESS':
      return 'done';
    case 'FAILURE':
      return reason === 'worker_lost' ? 'dead' : 'failed';
    case 'REVOKED':
      return /expired/.test(error?.message ?? '') ? 'expired' : 'revoked';
    case 'IGNORED':
      return 'ignored';
    case 'REJECTED':
      return 'rejected';
    default:
      return null;
  }
}

function checkRuns(id: string, { runs }: PlannedCall, history: History | undefined, { gentle, unspent }: RoundFacts, add: Add): void {
  const times = history?.runs.length ?? 0;
  if (runs !== null && times < runs) add('lost', id, `ran ${times} times instead of ${runs}`);
  if (runs === 0 && times > 0) add('doubled', id, 'was not to run, and did');
  if (gentle && runs !== null && times > runs) add('doubled', id, `ran ${times} times instead of ${runs}`);
  if (unspent) for (const { worker } of history?.charged ?? []) add('doubled', id, `came to ${worker} with an attempt spent`);
}

function countsOf(ids: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function checkLink(id: string, children: number, add: Add): void {
  if (children !== 1) add(children === 0 ? 'lost' : 'doubled', id, `has called ${children} tasks instead of one`);
}

function checkSettlements(id: string, { runs, ends, came }: History, { endedBefore }: RoundFacts, add: Add): void {
  if (ends.length > 1) add('doubled', id, `was settled by ${ends.map(({ worker }) => worker).join(' and ')}`);
  if (endedBefore.has(id) && came.length > 0) {
    const events = came.map(({ event, worker }) => `${event} by ${worker}`).join(', ');
    add('doubled', id, `came again (${events}) after it had ended in an earlier round`);
  }
  const [end] = ends;
  const late = end && runs.find((run) => run.at > end.at);
  if (late) add('doubled', id, `was begun by ${late.worker} after ${end.worker} had settled it`);
}
