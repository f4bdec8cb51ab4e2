/** Wraps an operation: it may act before and after `next`, change the subject, or not call `next` at all. */
export type Around<T, R> = (subject: T, next: (subject: T) => R) => R;

/**
 * Composes a list of layers, outermost first. Absent layers are skipped.
 * @returns undefined for an empty list, so that callers pay one check and no call
 */
export function composeAround<T, R>(layers: readonly (Around<T, R> | undefined)[]): Around<T, R> | undefined {
  return layers.reduceRight<Around<T, R> | undefined>((inner, outer) => {
    if (inner === undefined || outer === undefined) return outer ?? inner;
    return (subject, next) => outer(subject, (given) => inner(given, next));
  }, undefined);
}
