import { storeContextParameter } from '../metadata/task-metadata.js';

/**
 * Fills a parameter with the run's {@link TaskContext}. One of that type is filled without it, too, unless the class is
 * imported with `import type`, which leaves nothing to know it by.
 */
export function Ctx(): ParameterDecorator {
  return (target, method, index) => storeContextParameter(target, method!, index);
}
