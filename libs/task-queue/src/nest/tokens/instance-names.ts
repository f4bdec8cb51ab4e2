import { Injectable } from '@nestjs/common';
import { DuplicateClientError } from '../../core/errors/boot-errors.js';

/** Keeps two TaskQueueModules of one application from taking the same name. */
@Injectable()
export class InstanceNames {
  readonly #taken = new Set<string>();

  /** @throws DuplicateClientError */
  take(name: string): void {
    if (this.#taken.has(name)) throw new DuplicateClientError(name);
    this.#taken.add(name);
  }
}
