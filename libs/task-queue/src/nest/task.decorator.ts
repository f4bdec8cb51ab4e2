import { InvalidHandlerError } from '../errors/boot-errors.js';
import type { TaskOptionsInput } from '../policies/task-options.js';
import { storeTask } from './task-metadata.js';

/** What `@Task` takes: the name it is known by everywhere, and how it is sent and run. */
export interface TaskDecoratorOptions extends TaskOptionsInput {
  /** unique, and part of every message: renaming a method or class does not change it */
  name: string;
}

/**
 * Makes a method of a provider or controller a task. Options are checked when the application boots.
 * @example @Task({ name: 'blog.send_post_email', autoretryFor: [SmtpError], retryBackoff: true })
 */
export function Task(options: TaskDecoratorOptions): MethodDecorator {
  return (target, method) => {
    if (typeof target === 'function' || typeof method === 'symbol') {
      const owner = typeof target === 'function' ? target.name : target.constructor.name;
      throw new InvalidHandlerError(
        `@Task on ${owner}.${String(method)}`,
        'a task is a method of an instance, under a plain name',
        'Move @Task to such a method.',
      );
    }
    storeTask(target, method, options);
  };
}
