import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { checkUniqueKey } from '../../core/message/unique-key.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import { checkRateLimit } from '../../core/ports/broker/rate-limit.js';

/** @throws InvalidOptionError for a publication that a store cannot hold; called for a whole batch before anything is written */
export function checkPublication({ id, queue, body, priority, unique, limit }: Publication): void {
  if (typeof id !== 'string' || id === '' || !id.isWellFormed()) {
    throw new InvalidOptionError('taskId', id, 'text that is not empty and well-formed');
  }
  if (typeof queue !== 'string') throw new InvalidOptionError('queue', queue, 'text');
  if (typeof body !== 'string') throw new InvalidOptionError('body', body, 'text');
  if (!Number.isInteger(priority) || priority < 0 || priority > 9) {
    throw new InvalidOptionError('priority', priority, 'a whole number from 0 to 9');
  }
  if (unique !== undefined) checkUniqueKey(unique);
  if (limit !== undefined) checkRateLimit(limit);
}
