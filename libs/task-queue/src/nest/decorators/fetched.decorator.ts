import { Body, type PipeTransform, type Type } from '@nestjs/common';
import { storeFetchedParameter } from '../metadata/task-metadata.js';

/**
 * A parameter whose argument is an id and which a pipe turns into what the id stands for. The pipe is a class, so that it
 * has dependency injection. Ground for decorators such as `@EntityById`; the parameter's type is `Fetched<…>`.
 */
export function FetchedBy(pipe: Type<PipeTransform>): ParameterDecorator {
  // To Nest it is an argument like any other with a pipe of its own; which one it is, is decided by its position.
  const argument = Body(pipe);
  return (target, method, index) => {
    argument(target, method, index);
    storeFetchedParameter(target, method!, index);
  };
}
