import { Injectable, mixin, type PipeTransform, type Type } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import { Ignore } from '../core/attempt/semipredicates.js';
import { InvalidOptionError } from '../core/errors/option-errors.js';
import { EntityNotFoundError } from '../core/errors/run-errors.js';
import { FetchedBy } from '../nest/decorators/parameter.decorators.js';

export interface EntityByIdOptions {
  /** when no row has the id: 'fail' (default) throws EntityNotFoundError in the task, 'ignore' ends the task as IGNORED */
  missing?: 'ignore' | 'fail';
  /** name of the DataSource; default: the unnamed one */
  dataSource?: string;
}

/**
 * Loads a row for the handler by the id that the task was sent with, so that the handler works on the current row. It runs
 * after guards and interceptors. The parameter's type is `Fetched<Entity>`.
 * @example async sendPostEmail(@EntityById(Post, { missing: 'ignore' }) post: Fetched<Post>) {}
 */
export function EntityById(entity: Type, options: EntityByIdOptions = {}): ParameterDecorator {
  return FetchedBy(entityByIdPipe(entity, options));
}

/** A pipe class for one entity. It is a class because Nest injects the DataSource only into classes. */
function entityByIdPipe(entity: Type, { missing = 'fail', dataSource }: EntityByIdOptions): Type<PipeTransform> {
  if (missing !== 'ignore' && missing !== 'fail') throw new InvalidOptionError('missing', missing, "'ignore' or 'fail' in @EntityById");

  @Injectable()
  class EntityByIdPipe implements PipeTransform<unknown, Promise<object>> {
    constructor(@InjectDataSource(dataSource) private readonly source: DataSource) {}

    async transform(id: unknown): Promise<object> {
      const found = await this.#find(id);
      if (found !== null) return found;
      if (missing === 'ignore') throw new Ignore(`no ${entity.name} has the id ${JSON.stringify(id)}`);
      throw new EntityNotFoundError(entity.name, id);
    }

    async #find(id: unknown): Promise<object | null> {
      // TypeORM reads an absent value in a condition as "any row".
      if (id === undefined || id === null) throw new EntityNotFoundError(entity.name, id ?? null);
      const repository = this.source.getRepository<ObjectLiteral>(entity);
      const where = repository.metadata.ensureEntityIdMap(id) as FindOptionsWhere<ObjectLiteral>;
      return repository.findOneBy(where);
    }
  }
  return mixin(EntityByIdPipe);
}
