import { AssertionError } from 'node:assert';
import { describeArgs, describeCalls, describeTasks, show, times } from './describe-sent.js';
import { checkExpectedOptions, hasOptions, type ExpectedOptions } from './expected-options.js';
import { carried, matches, type ExpectableArgs } from './matches.js';
import type { SentTask } from './sent-task.js';

/** The subject of an expectation. */
export interface Expected {
  /** its name in messages, such as `PostTasks.sendPostEmail ('blog.send_post_email')` */
  readonly title: string;
  /** the calls of this task */
  readonly calls: readonly SentTask[];
  /** the calls of all tasks */
  readonly all: readonly SentTask[];
}

/**
 * Calls that a test expects to have been sent, at least one. Each step narrows them down. A step that no call fulfils, or a
 * wrong number of calls, throws an AssertionError that lists the calls that were sent instead.
 */
export class SentExpectation<A extends readonly unknown[] = readonly unknown[]> {
  #left: readonly SentTask[];
  #said = '';

  constructor(private readonly expected: Expected) {
    this.#left = expected.calls;
    this.#require(this.#left.length > 0, 'to have been sent');
  }

  /** Requires these arguments. A matcher such as `expect.any(String)` may replace an argument or a part of one. */
  with(...args: ExpectableArgs<A>): this {
    const wanted = carried(args);
    return this.#narrow(`with ${describeArgs(wanted)}`, (call) => matches(call.args, wanted));
  }

  /** Requires these options, whether the call, the task or a route has set them. */
  withOptions(options: ExpectedOptions): this {
    checkExpectedOptions(options);
    return this.#narrow(`with options ${show(options)}`, (call) => hasOptions(call, options));
  }

  /** Requires exactly this number of calls. */
  times(count: number): this {
    this.#require(this.#left.length === count, `to have been sent${this.#said} ${times(count)}, not ${times(this.#left.length)}`);
    return this;
  }

  once(): this {
    return this.times(1);
  }

  /** The calls that fulfil all steps, in the order in which they were sent. */
  get calls(): readonly SentTask[] {
    return this.#left;
  }

  #narrow(words: string, fits: (call: SentTask) => boolean): this {
    this.#said += ` ${words}`;
    this.#left = this.#left.filter(fits);
    this.#require(this.#left.length > 0, `to have been sent${this.#said}`);
    return this;
  }

  #require(holds: boolean, words: string): void {
    if (!holds) throw failure(`Expected ${this.expected.title} ${words}.`, this.expected);
  }
}

/** @throws AssertionError when the task was sent at all, or with these arguments */
export function refuseSent(expected: Expected, args: readonly unknown[] | undefined): void {
  const wanted = args && carried(args);
  if (!expected.calls.some((call) => wanted === undefined || matches(call.args, wanted))) return;
  const words = wanted === undefined ? '' : ` with ${describeArgs(wanted)}`;
  throw failure(`Expected ${expected.title} not to have been sent${words}.`, expected);
}

function failure(sentence: string, { calls, all }: Expected): AssertionError {
  const told = calls.length === 0 ? describeTasks(all) : `It was sent ${times(calls.length)}:\n${describeCalls(calls)}`;
  return new AssertionError({ message: `${sentence}\n${told}` });
}
