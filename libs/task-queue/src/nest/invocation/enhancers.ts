import { EXCEPTION_FILTERS_METADATA, GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA } from '@nestjs/common/constants.js';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { methodOf, type HandlerHost, type Method } from '../metadata/handler-host.js';

const ENHANCERS = [GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA, EXCEPTION_FILTERS_METADATA] as const;

/** Whether a guard, interceptor, pipe or filter is on the handler's class or method. */
export function hasEnhancers(host: HandlerHost): boolean {
  return ENHANCERS.some((key) => enhancersOf(host, key).length > 0);
}

export function hasFilters(host: HandlerHost): boolean {
  return enhancersOf(host, EXCEPTION_FILTERS_METADATA).length > 0;
}

/**
 * Nest creates instances of enhancer classes only for hosts that it constructs itself, and silently ignores the others.
 * A guard that silently does not run is refused.
 * @throws InvalidHandlerError
 */
export function refuseLostEnhancers(host: HandlerHost, where: string): void {
  if (!host.wrapper.isNotMetatype) return;
  const ofParameters = [...host.parameters.decorated.values(), ...Object.values(host.parameters.custom)].flatMap(({ pipes = [] }) => pipes);
  const lost = [...ENHANCERS.flatMap((key) => enhancersOf(host, key)), ...ofParameters].find((enhancer) => typeof enhancer === 'function');
  if (lost === undefined) return;
  throw new InvalidHandlerError(
    where,
    `${(lost as Function).name} would not run, because the class is provided by a factory or value`,
    `Provide ${host.target.name} as a class ('useClass'), or give the enhancer as an instance.`,
  );
}

/** Copies the metadata of a method, which enhancers and Reflector read, to its replacement. */
export function standIn(method: Method, body: Method): Method {
  for (const key of Reflect.getMetadataKeys(method)) Reflect.defineMetadata(key, Reflect.getMetadata(key, method), body);
  return Object.defineProperty(body, 'name', { value: method.name });
}

/** The pipes for all parameters of a method: those of the class, then those of the method. */
export function pipesOf(target: Function, method: string): readonly unknown[] {
  return enhancersOf({ target, method }, PIPES_METADATA);
}

function enhancersOf({ target, method }: { readonly target: Function; readonly method: string }, key: string): readonly unknown[] {
  const ofClass = (Reflect.getMetadata(key, target) ?? []) as readonly unknown[];
  const ofMethod = (Reflect.getMetadata(key, methodOf(target.prototype as object, method)) ?? []) as readonly unknown[];
  return [...ofClass, ...ofMethod];
}
