import type { Type } from '@nestjs/common';
import { FetchedBy } from '../nest/decorators/fetched.decorator.js';
import { entityByIdPipe, type EntityByIdOptions } from './entity-by-id.pipe.js';

/**
 * Fetches a row for the handler by the id that the task was sent with, so that it works on the row as it is now. It runs
 * after guards and interceptors. The parameter's type is `Fetched<Entity>`.
 * @example async sendPostEmail(@EntityById(Post, { missing: 'ignore' }) post: Fetched<Post>) {}
 */
export function EntityById(entity: Type, options: EntityByIdOptions = {}): ParameterDecorator {
  return FetchedBy(entityByIdPipe(entity, options));
}
