import { v5 } from 'uuid';
import { messageOf, publicationOf } from '../client/call/launch-call.js';
import type { Codecs } from '../message/codecs.js';
import type { CallPlan, TaskMessage } from '../message/task-message.js';
import type { Publication } from '../ports/broker/publication.js';
import type { Outcome } from './outcome.js';

/** Ids of follow-ups are made in this namespace from the message that they follow. */
const NAMESPACE = '6f0ce4b5-3f7c-4f2b-9d0a-7f8c2f6f2b11';
const NONE: readonly Publication[] = Object.freeze([]);

/**
 * The links that the end of a task publishes. Their ids are derived from the task's id and are traced, so that a second
 * run of the same message, after a crash between publishing and settling, publishes none twice. A redriven message derives
 * new ids.
 */
export function followUpsOf(message: TaskMessage, outcome: Outcome, making: MakingFollowUps): readonly Publication[] {
  const { link, linkError } = message.headers;
  if (outcome.kind === 'success') return link === null ? NONE : publish(message, 'link', link, [outcome.value], making);
  if (outcome.kind !== 'failure' || linkError === null) return NONE;
  return publish(message, 'linkError', linkError, [message.id, outcome.error], making);
}

export interface MakingFollowUps {
  /** epoch ms */
  readonly at: number;
  readonly codecs: Codecs;
  /** calls listeners of `before_task_publish`, which may add headers */
  announce(message: TaskMessage): TaskMessage;
}

function publish(
  { id, headers }: TaskMessage,
  kind: 'link' | 'linkError',
  plans: readonly CallPlan[],
  given: readonly unknown[],
  { at, codecs, announce }: MakingFollowUps,
): readonly Publication[] {
  const parent = { id, rootId: headers.rootId, traceparent: headers.traceparent };
  return plans.map((plan, index) => {
    const derived = plan.id ?? v5(`${id}/${headers.redrives}/${kind}/${index}`, NAMESPACE);
    const args = plan.immutable ? plan.args : [...given, ...plan.args];
    // In the form of the task before it, because its result is among the arguments.
    const message = messageOf({ ...plan, args }, headers, { now: at, parent, id: derived });
    return publicationOf(plan, announce(message), codecs.messages);
  });
}
