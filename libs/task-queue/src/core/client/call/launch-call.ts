import { PayloadTooLargeError } from '../../errors/call-errors.js';
import { buildMessage } from '../../message/build-message.js';
import type { MessageCodec } from '../../message/codecs.js';
import type { ContentForm } from '../../message/content-codec.js';
import { NO_KEYS, PLANNED_HEADERS, type CallPlan, type TaskHeaders, type TaskMessage } from '../../message/task-message.js';
import type { PublishRetry } from '../../policies/retry/publish-retry.js';
import type { Publication } from '../../ports/broker/publication.js';
import type { RateLimit } from '../../ports/broker/rate-limit.js';
import type { PlannedCall } from './plan-call.js';

/** A call with its message, ready to be published. */
export interface LaunchedCall {
  readonly message: TaskMessage;
  readonly publication: Publication;
  /** null = one try */
  readonly publishRetry: PublishRetry | null;
}

/** The circumstances of a launch. */
export interface Launch {
  readonly form: ContentForm;
  /** epoch ms */
  readonly now: number;
  /** the task that makes the call; undefined = it is made outside of tasks */
  readonly parent: { readonly id: string; readonly rootId: string; readonly traceparent: string | null } | undefined;
  readonly traceparent?: string | undefined;
  /** the id of a plan that names none; it is traced. Absent = a fresh one, which is not */
  readonly id?: string | undefined;
}

/** @throws PayloadTooLargeError */
export function launchCall(
  { plan, form, traceparent, publishRetry }: PlannedCall,
  { messages, maxPayloadBytes, ...launch }: Omit<Launch, 'form' | 'traceparent'> & { messages: MessageCodec; maxPayloadBytes: number },
): LaunchedCall {
  const message = messageOf(plan, { ...launch, form, traceparent });
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
export function messageOf(plan: CallPlan, { form, now, parent, traceparent, id }: Launch): TaskMessage {
  const { task, args, kwargs, queue, eta, countdown, expiresIn, expiresAt } = plan;
  const headers: { -readonly [H in keyof TaskHeaders]?: TaskHeaders[H] } = {
    contentType: form.contentType,
    compression: form.compression,
    encrypted: form.encrypted,
    eta: eta ?? (countdown === undefined ? null : now + countdown),
    expires: expiresAt ?? (expiresIn === undefined ? null : now + expiresIn),
    custom: plan.headers ?? NO_KEYS,
  };
  if (parent !== undefined) {
    headers.rootId = parent.rootId;
    headers.parentId = parent.id;
  }
  headers.traceparent = traceparent ?? parent?.traceparent ?? null;
  for (const header of PLANNED_HEADERS) {
    if (plan[header] !== undefined) (headers as Record<string, unknown>)[header] = plan[header];
  }
  return buildMessage({ id: plan.id ?? id, task, args, kwargs, queue, sentAt: now, headers });
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
