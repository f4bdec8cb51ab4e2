import { inspect } from 'node:util';
import { DEFAULT_PRIORITY } from '../../core/message/task-message.js';
import type { SentTask } from './sent-task.js';

const SHOWN = 10;

export function describeArgs(args: readonly unknown[]): string {
  return `(${args.map(show).join(', ')})`;
}

export function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Infinity });
}

/** The calls of one task, one per line. */
export function describeCalls(calls: readonly SentTask[]): string {
  const lines = calls.slice(0, SHOWN).map((call, index) => `  ${index + 1}. ${describeArgs(call.args)} ${show(optionsOf(call))}`);
  if (calls.length > SHOWN) lines.push(`  … and ${calls.length - SHOWN} more`);
  return lines.join('\n');
}

/** The names of the tasks that were sent, with counts. */
export function describeTasks(all: readonly SentTask[]): string {
  if (all.length === 0) return 'Nothing was sent.';
  const counts = new Map<string, number>();
  for (const { task } of all) counts.set(task, (counts.get(task) ?? 0) + 1);
  return `Sent were: ${[...counts].map(([task, count]) => `${task} (${times(count)})`).join(', ')}.`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 0 ? 'never' : `${count} times`;
}

/** The options of a call to show: its queue, and those that differ from the defaults. */
function optionsOf(sent: SentTask): Record<string, unknown> {
  const { queue, priority, countdown, eta, expires, headers, kwargs, ignoreResult, softTimeLimit, timeLimit, groupId } = sent;
  const instants = { eta: countdown === null && eta !== null ? new Date(eta) : null, expires: expires === null ? null : new Date(expires) };
  const candidates = {
    ...{ queue, countdown, ...instants, ignoreResult, softTimeLimit, timeLimit, groupId },
    priority: priority === DEFAULT_PRIORITY ? null : priority,
    headers: Object.keys(headers).length === 0 ? null : headers,
    kwargs: Object.keys(kwargs).length === 0 ? null : kwargs,
  };
  return Object.fromEntries(Object.entries(candidates).filter(([, value]) => value !== null));
}
