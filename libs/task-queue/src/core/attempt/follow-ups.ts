import { v5 } from 'uuid';
import { buildMessage } from '../message/build-message.js';
import type { CallPlan } from '../message/task-message.js';
import type { Codecs } from '../message/codecs.js';
import type { TaskMessage } from '../message/task-message.js';
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
  parent: TaskMessage,
  kind: 'link' | 'linkError',
  calls: readonly CallPlan[],
  given: readonly unknown[],
  { at, codecs, announce }: MakingFollowUps,
): readonly Publication[] {
  return calls.map((call, index) => {
    const message = announce(messageOf(call, `${parent.id}/${parent.headers.redrives}/${kind}/${index}`, parent, given, at));
    const { priority, traced, expires } = message.headers;
    return {
      id: message.id,
      queue: call.queue,
      ...codecs.messages.encode(message),
      priority,
      traced,
      ...dueOf(call),
      ...(call.unique && { unique: call.unique }),
      ...limitOf(call, expires),
    };
  });
}

function messageOf(call: CallPlan, path: string, parent: TaskMessage, given: readonly unknown[], now: number): TaskMessage {
  const { id = v5(path, NAMESPACE), task, queue, countdown, expiresIn } = call;
  const { rootId, traceparent, contentType, compression, encrypted } = parent.headers;
  return buildMessage({
    id,
    task,
    queue,
    args: call.immutable ? call.args : [...given, ...call.args],
    ...(call.kwargs === undefined ? {} : { kwargs: call.kwargs }),
    sentAt: now,
    headers: {
      ...optionsOf(call),
      // In the form of the task that it follows, whose result it takes.
      contentType,
      compression,
      encrypted,
      rootId,
      traceparent,
      parentId: parent.id,
      eta: call.eta ?? (countdown === undefined ? null : now + countdown),
      expires: call.expiresAt ?? (expiresIn === undefined ? null : now + expiresIn),
    },
  });
}

function optionsOf({ priority, softTimeLimit, timeLimit, ignoreResult, shadow, tags, groupId, headers, link, linkError }: CallPlan) {
  const given = { priority, softTimeLimit, timeLimit, ignoreResult, shadow, tags, groupId, custom: headers, link, linkError };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function dueOf({ countdown, eta }: CallPlan): Pick<Publication, 'due'> {
  if (countdown !== undefined) return { due: { delay: countdown } };
  return eta === undefined ? {} : { due: { eta } };
}

function limitOf({ task, interval }: CallPlan, expires: number | null): Pick<Publication, 'limit'> {
  if (interval === undefined) return {};
  return { limit: { key: task, intervalMs: interval, ...(expires !== null && { expires }) } };
}
