import { Body, type PipeTransform, type Type } from '@nestjs/common';
import { storeContextParameter, storeFetchedParameter } from '../metadata/task-metadata.js';

/**
 * Fills a parameter with the {@link TaskContext} of the run. A parameter of that type is filled without the decorator, too,
 * unless the class is imported with `import type`, which leaves no type at run time.
 */
export function Ctx(): ParameterDecorator {
  return (target, method, index) => storeContextParameter(target, method!, index);
}

/**
 * A parameter whose argument is an id that a pipe replaces by the object with this id. The pipe is a class, so that it has
 * dependency injection. The base of decorators such as `@EntityById`; the type of the parameter is `Fetched<…>`.
 */
export function FetchedBy(pipe: Type<PipeTransform>): ParameterDecorator {
  // To Nest the parameter is an argument with a pipe of its own; its position decides which argument fills it.
  const argument = Body(pipe);
  return (target, method, index) => {
    argument(target, method, index);
    storeFetchedParameter(target, method!, index);
  };
}
