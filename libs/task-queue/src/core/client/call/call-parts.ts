import { v5 } from 'uuid';
import type { CallOptions } from '../../canvas/call-options.js';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { Codecs } from '../../message/codecs.js';
import { isCompression } from '../../message/compression.js';
import type { ContentForm } from '../../message/content-codec.js';
import { isNoLimit, toInterval } from '../../options/rate.js';
import { requirePart, unsupportedBy, type KnownBroker } from '../../policies/engine-features.js';
import { checkAccepted } from '../../policies/check-serializer.js';
import { directQueueOf } from '../../policies/direct-queue.js';
import type { CallPlan } from '../../message/task-message.js';
import type { CompleteTransport } from '../../ports/broker/transport.js';
import type { CalledTask } from '../../ports/task/declared-task.js';
import type { ClientOptions } from '../options/client-options.js';
import { refuseUnknownQueue, type Routing } from '../routing/routing.js';

/** What calls are checked and completed with. */
export interface CallContext {
  readonly client: ClientOptions;
  readonly codecs: Codecs;
  readonly broker: KnownBroker;
  /** the parts that no address offers */
  readonly missing?: CompleteTransport['missing'];
  /** null = the decorators decide */
  readonly routing: Routing | null;
}

/** Ids of idempotency keys are made in this namespace. Changing it would change the ids of keys that are in use. */
const NAMESPACE = '0b9c3e7e-61b4-4d5a-9a53-6a1d2a7c94f0';

/** The task with its publishing options: a route wins over annotations, and these over the task's own. */
export function configuredTask(task: CalledTask, args: readonly unknown[], options: CallOptions, context: CallContext): CalledTask {
  const { client, routing } = context;
  const annotated = client.annotations === null ? task : client.annotations.declare(task);
  return routing === null ? annotated : routing.apply(annotated, args, options);
}

/**
 * The form in which a call and its result travel.
 * @throws UnknownSerializerError · ContentNotAcceptedError · InvalidOptionError
 */
export function formOf(task: CalledTask, options: CallOptions, { client, codecs }: CallContext): ContentForm {
  const contentType = options.serializer ?? task.serializer ?? client.serializer;
  if (contentType !== client.serializer) checkAccepted(contentType, client.acceptContent, `The call of '${task.name}'`);
  const compression = options.compression ?? task.compression ?? client.compression.algorithm;
  const encrypted = codecs.content.canEncrypt;
  if (compression === 'none') return { contentType, compression: null, encrypted };
  if (!isCompression(compression)) throw new InvalidOptionError('compression', compression, "'gzip', 'brotli' or 'none'");
  return { contentType, compression, encrypted };
}

/** @throws UnknownQueueError */
export function queueOf(task: CalledTask, options: CallOptions, client: ClientOptions): string {
  if (options.worker !== undefined) return directQueueOf(options.worker);
  const queue = options.queue ?? task.queue ?? client.defaultQueue;
  if (client.queues !== undefined && queue !== task.queue) refuseUnknownQueue(queue, client, `The call of '${task.name}'`);
  return queue;
}

/**
 * The queue that a command names.
 * @throws InvalidOptionError · UnknownQueueError when queues are declared and this is not one of them
 */
export function checkQueue(queue: string, client: Pick<ClientOptions, 'queues' | 'defaultQueue'>): string {
  if (typeof queue !== 'string' || queue === '') throw new InvalidOptionError('queue', queue, 'the name of a queue');
  refuseUnknownQueue(queue, client, 'The command');
  return queue;
}

/** The id that the caller chose, directly or by an idempotency key of the task; undefined = a fresh one. */
export function chosenId(task: string, { taskId, idempotencyKey }: CallOptions): string | undefined {
  return idempotencyKey === undefined ? taskId : v5(JSON.stringify([task, idempotencyKey]), NAMESPACE);
}

/** The tags of the task and of the call; undefined = none. */
export function tagsOf({ tags }: CalledTask, options: CallOptions): readonly string[] | undefined {
  if (options.tags === undefined) return tags;
  return tags === undefined ? options.tags : [...new Set([...tags, ...options.tags])];
}

/**
 * Milliseconds from one run to the next; undefined = no limit.
 * @throws InvalidOptionError · UnsupportedOptionError
 */
export function intervalOf({ name, rateLimit }: CalledTask, broker: KnownBroker): number | undefined {
  if (rateLimit === undefined || isNoLimit(rateLimit)) return undefined;
  const interval = toInterval(rateLimit, 'rateLimit');
  if (!broker.rateLimits) throw unsupportedBy(broker, 'rateLimits', 'rateLimit', `The call of '${name}'`);
  return interval;
}

/**
 * Refuses what the broker, or the store of results, would silently leave out.
 * @throws UnsupportedOptionError · PartMissingError
 */
export function refuseUnsupported({ task, priority, ignoreResult }: CallPlan, { broker, missing }: CallContext): void {
  if (priority !== undefined && !broker.priorities) throw unsupportedBy(broker, 'priorities', 'priority', `The call of '${task}'`);
  if (ignoreResult === false) requirePart({ missing }, 'results', `Storing the result of a call of '${task}' ('ignoreResult: false')`);
}
