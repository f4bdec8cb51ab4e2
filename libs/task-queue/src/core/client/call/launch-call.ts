import { v7 } from 'uuid';
import { PayloadTooLargeError } from '../../errors/call-errors.js';
import { freezeMessage, ORIGIN } from '../../message/build-message.js';
import type { MessageCodec } from '../../message/codecs.js';
import type { ContentForm } from '../../message/content-codec.js';
import { newHeaders, NO_KEYS, PLANNED_HEADERS, type CallPlan, type PlannedHeader, type TaskMessage } from '../../message/task-message.js';
import type { PublishRetry } from '../../policies/retry/publish-retry.js';
import type { Publication } from '../../ports/broker/publication.js';
import type { RateLimit } from '../../ports/broker/rate-limit.js';
import type { PlannedCall } from './plan-call.js';

const IS_PLANNED: ReadonlySet<string> = new Set(PLANNED_HEADERS);

/** A call with its message, ready to be published. */
export interface LaunchedCall {
  readonly message: TaskMessage;
  readonly publication: Publication;
  /** null = one try */
  readonly publishRetry: PublishRetry | null;
}

/** The circumstances of a launch. */
export interface Launch {
  /** epoch ms */
  readonly now: number;
  /** the task that makes the call; undefined = it is made outside of tasks */
  readonly parent: { readonly id: string; readonly rootId: string; readonly traceparent: string | null } | undefined;
  /** the id of a plan that names none; it is traced. Absent = a fresh one, which is not */
  readonly id?: string | undefined;
}

/** @throws PayloadTooLargeError */
export function launchCall(planned: PlannedCall, launch: Launch, messages: MessageCodec, maxPayloadBytes: number): LaunchedCall {
  const { plan, publishRetry } = planned;
  const message = messageOf(plan, planned.form, launch, planned.traceparent);
  const publication = publicationOf(plan, message, messages);
  checkSize(plan.task, publication.body, maxPayloadBytes);
  return { message, publication, publishRetry };
}

/** The call with another message in place of its own. @throws PayloadTooLargeError */
export function withMessage(call: LaunchedCall, message: TaskMessage, messages: MessageCodec, maxPayloadBytes: number): LaunchedCall {
  const publication = { ...call.publication, ...messages.encode(message) };
  checkSize(message.task, publication.body, maxPayloadBytes);
  return { ...call, message, publication };
}

/** The message of a plan. */
export function messageOf(plan: CallPlan, form: ContentForm, { now, parent, id: given }: Launch, traceparent?: string): TaskMessage {
  const { countdown, expiresIn } = plan;
  const chosen = plan.id ?? given;
  const id = chosen ?? v7();
  const headers = newHeaders(id, plan.queue, ORIGIN, now, chosen !== undefined);
  headers.contentType = form.contentType;
  headers.compression = form.compression;
  headers.encrypted = form.encrypted;
  if (parent !== undefined) {
    headers.rootId = parent.rootId;
    headers.parentId = parent.id;
    headers.traceparent = parent.traceparent;
  }
  if (traceparent !== undefined) headers.traceparent = traceparent;
  headers.eta = plan.eta ?? (countdown === undefined ? null : now + countdown);
  headers.expires = plan.expiresAt ?? (expiresIn === undefined ? null : now + expiresIn);
  if (plan.headers !== undefined) headers.custom = plan.headers;
  for (const name in plan) {
    if (IS_PLANNED.has(name)) (headers as Record<string, unknown>)[name] = plan[name as PlannedHeader];
  }
  return freezeMessage(id, plan.task, plan.args, plan.kwargs ?? NO_KEYS, headers);
}

/** The encoded message of a plan, with the fields that brokers act on. */
export function publicationOf(plan: CallPlan, message: TaskMessage, messages: MessageCodec): Publication {
  const { queue, priority, traced, expires } = message.headers;
  const { body, headers } = messages.encode(message);
  return {
    id: message.id,
    queue,
    body,
    headers,
    priority,
    due: dueOf(plan),
    traced,
    fresh: !traced,
    unique: plan.unique,
    limit: limitOf(plan, expires),
  };
}

function dueOf({ countdown, eta }: CallPlan): Publication['due'] {
  if (countdown !== undefined) return countdown > 0 ? { delay: countdown } : undefined;
  return eta === undefined ? undefined : { eta };
}

function limitOf({ task, interval }: CallPlan, expires: number | null): RateLimit | undefined {
  if (interval === undefined) return undefined;
  return expires === null ? { key: task, intervalMs: interval } : { key: task, intervalMs: interval, expires };
}

/** @throws PayloadTooLargeError */
function checkSize(task: string, body: string, limit: number): void {
  // UTF-8 needs at most three bytes for each UTF-16 unit: short bodies need no counting.
  if (body.length * 3 <= limit) return;
  const bytes = Buffer.byteLength(body);
  if (bytes > limit) throw new PayloadTooLargeError(task, bytes, limit);
}
