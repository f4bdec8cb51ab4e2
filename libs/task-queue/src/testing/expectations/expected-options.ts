import type { CallOptions } from '../../core/canvas/call-options.js';
import { UnknownOptionError } from '../../core/errors/option-errors.js';
import { toMilliseconds, type Duration } from '../../core/message/duration.js';
import { matches } from './matches.js';
import type { SentTask } from './sent-task.js';

/** Options for `withOptions`: the options of a call that are visible in the sent message. */
export type ExpectedOptions = Pick<CallOptions, (typeof NAMES)[number]>;

const NAMES = [
  'countdown',
  'eta',
  'expires',
  'queue',
  'priority',
  'taskId',
  'kwargs',
  'headers',
  'ignoreResult',
  'softTimeLimit',
  'timeLimit',
  'groupId',
  'traceparent',
] as const satisfies readonly (keyof CallOptions)[];

const TIMES: ReadonlySet<string> = new Set(['countdown', 'softTimeLimit', 'timeLimit']);

/** @throws UnknownOptionError for an option that is not visible in the message */
export function checkExpectedOptions(expected: ExpectedOptions): void {
  for (const name of Object.keys(expected)) {
    if (!NAMES.includes(name as 'queue')) throw new UnknownOptionError(name, 'withOptions()', NAMES);
  }
}

/** Whether the call was sent with these options. Options that the task or a route has set count too. */
export function hasOptions(sent: SentTask, expected: ExpectedOptions): boolean {
  return Object.entries(expected).every(([name, value]) => matches(read(sent, name), wanted(sent, name, value)));
}

function read(sent: SentTask, name: string): unknown {
  if (name === 'taskId') return sent.id;
  return (sent as unknown as Record<string, unknown>)[name];
}

/** The expected value, converted to its form in a {@link SentTask}. */
function wanted(sent: SentTask, name: string, value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  if (TIMES.has(name)) return toMilliseconds(value as Duration, name);
  return name === 'expires' ? sent.sentAt + toMilliseconds(value as Duration, name) : value;
}
