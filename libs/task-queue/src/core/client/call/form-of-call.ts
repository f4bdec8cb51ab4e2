import { InvalidOptionError } from '../../errors/option-errors.js';
import { isCompression } from '../../message/compression.js';
import type { ContentForm } from '../../message/content-codec.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import { checkAccepted } from '../../policies/check-serializer.js';
import type { CallOptions } from '../../canvas/call-options.js';
import type { CallSurroundings } from './call-surroundings.js';

/**
 * The form in which a call and its result travel: the call's word wins over the task's, and that over the queue's.
 * @throws UnknownSerializerError · ContentNotAcceptedError · InvalidOptionError
 */
export function formOf(task: Omit<DeclaredTask, 'method'>, options: CallOptions, { client, codecs }: CallSurroundings): ContentForm {
  const contentType = options.serializer ?? task.serializer ?? client.serializer;
  if (contentType !== client.serializer) checkAccepted(contentType, client.acceptContent, `The call of '${task.name}'`);
  const compression = options.compression ?? task.compression ?? client.compression.algorithm;
  const encrypted = codecs.content.canEncrypt;
  if (compression === 'none') return { contentType, compression: null, encrypted };
  if (!isCompression(compression)) throw new InvalidOptionError('compression', compression, "'gzip', 'brotli' or 'none'");
  return { contentType, compression, encrypted };
}
