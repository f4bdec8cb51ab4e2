import { InvalidOptionError } from '../../../core/errors/option-errors.js';
import type { Publication } from '../../../core/ports/broker/publication.js';
import { checkRateLimit } from '../../../core/ports/broker/rate-limit.js';
import { checkUniqueKey } from '../../../core/message/unique-key.js';

/** @throws InvalidOptionError for a publication that the store cannot hold; asked before the first change of a batch */
export function checkPublication({ id, queue, body, priority, unique, limit }: Publication): void {
  if (!Number.isInteger(priority) || priority < 0 || priority > 9) {
    throw new InvalidOptionError('priority', priority, 'a whole number from 0 to 9');
  }
  for (const [name, value] of Object.entries({ id, queue, body })) {
    if (typeof value !== 'string') throw new InvalidOptionError(name, value, 'text');
  }
  if (unique) checkUniqueKey(unique);
  if (limit) checkRateLimit(limit);
}
