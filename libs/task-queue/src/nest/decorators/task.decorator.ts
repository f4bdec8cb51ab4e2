import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import type { TaskOptionsInput } from '../../core/policies/task-options-input.js';
import { storeDefaults, storeTask, type TaskDecoratorOptions } from '../metadata/task-metadata.js';

/**
 * Makes a method of a provider or controller a task. Options are checked when the application boots.
 * `useFactory` makes options from the providers that `inject` names; they override the options written here. Options that
 * producers need (queue, priority, expires) cannot come from it.
 * @example @Task({ name: 'blog.send_post_email', autoretryFor: [SmtpError], retryBackoff: true })
 * @example @Task({ name: 'crm.sync', useFactory: (config: Config) => ({ maxRetries: config.retries }), inject: [Config] })
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

/**
 * Options for every task of a class and of its subclasses. Those of a subclass override those of its base, `@Task` overrides both.
 * @example @TaskDefaults({ autoretryFor: [HttpError], retryBackoff: true, maxRetries: 10 })
 */
export function TaskDefaults(options: TaskOptionsInput): ClassDecorator {
  return (target) => storeDefaults(target, options);
}
