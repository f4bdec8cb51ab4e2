import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { storeTask, type TaskDecoratorOptions } from '../metadata/task-metadata.js';

/**
 * Makes a method of a provider or controller a task. Options are checked when the application boots.
 * What depends on the application's configuration is made by `useFactory` from the providers that `inject` names; it wins
 * over what is written here. What producers must know (queue, priority, expires) cannot come from there.
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
