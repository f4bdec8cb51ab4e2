import { DuplicateTaskError } from '../errors/boot-errors.js';
import type { TaskHandler } from '../ports/task/task-handler.js';

/** The tasks of this process, by name. */
export class HandlerRegistry {
  readonly #handlers = new Map<string, { readonly handler: TaskHandler; readonly place: string }>();

  /**
   * @param place its place in the code, such as `PostTasks.sendPostEmail`, for the error about a duplicate
   * @throws DuplicateTaskError
   */
  register(handler: TaskHandler, place: string): void {
    const existing = this.#handlers.get(handler.name);
    if (existing !== undefined) throw new DuplicateTaskError(handler.name, [existing.place, place]);
    this.#handlers.set(handler.name, { handler, place });
  }

  get(name: string): TaskHandler | undefined {
    return this.#handlers.get(name)?.handler;
  }

  names(): string[] {
    return [...this.#handlers.keys()];
  }

  handlers(): TaskHandler[] {
    return [...this.#handlers.values()].map(({ handler }) => handler);
  }

  /** Where a task is written. */
  placeOf(name: string): string | undefined {
    return this.#handlers.get(name)?.place;
  }
}
