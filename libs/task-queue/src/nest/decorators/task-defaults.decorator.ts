import type { TaskOptionsInput } from '../../core/policies/task-options-input.js';
import { storeDefaults } from '../metadata/task-metadata.js';

/**
 * Options for every task of a class and of its subclasses. A subclass's win over its base's, and `@Task`'s over both.
 * @example @TaskDefaults({ autoretryFor: [HttpError], retryBackoff: true, maxRetries: 10 })
 */
export function TaskDefaults(options: TaskOptionsInput): ClassDecorator {
  return (target) => storeDefaults(target, options);
}
