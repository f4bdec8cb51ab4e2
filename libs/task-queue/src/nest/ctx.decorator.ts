import { storeContextParameter } from './task-metadata.js';

/** Fills a parameter with the run's {@link TaskContext}. One whose type is the class itself is filled without it, too. */
export function Ctx(): ParameterDecorator {
  return (target, method, index) => storeContextParameter(target, method!, index);
}
