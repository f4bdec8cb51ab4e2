import type { Type } from '@nestjs/common';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/** The class of a provider; undefined for plain values and for instances that do not exist yet. */
export function classOf(wrapper: InstanceWrapper): Type | undefined {
  if (!wrapper.isNotMetatype) return wrapper.metatype as Type;
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  const made: unknown = (Object.getPrototypeOf(instance) as { constructor?: unknown } | null)?.constructor;
  return typeof made === 'function' && made !== Object ? (made as Type) : undefined;
}
