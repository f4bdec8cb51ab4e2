import { types } from 'node:util';

/** Reading the digits of a bigint takes more than linear time. */
export const MAX_BIGINT_DIGITS = 10_000;

/** Whether it is an object that only serializers beyond plain JSON carry. */
export function isRichObject(value: object): boolean {
  return types.isDate(value) || types.isMap(value) || types.isSet(value) || types.isUint8Array(value);
}

/** The members of a Map or Set, each with its place in a path; undefined for other values. */
export function richMembers(value: object): [place: string, member: unknown][] | undefined {
  if (types.isMap(value)) {
    return Array.from(value).flatMap(([key, held], index): [string, unknown][] => [
      [`keys()[${index}]`, key],
      [`values()[${index}]`, held],
    ]);
  }
  return types.isSet(value) ? Array.from(value, (held, index): [string, unknown] => [`values()[${index}]`, held]) : undefined;
}

/** Why a string, bigint or Date cannot be carried unchanged. */
export function findRichProblem(value: unknown, path: string): JsonProblem | undefined {
  if (typeof value === 'string' && !value.isWellFormed())
    return { path, problem: 'a text with half of a surrogate pair', fix: 'Send text.toWellFormed(), or the bytes as a Buffer.' };
  if (typeof value === 'bigint' && value.toString().length > MAX_BIGINT_DIGITS)
    return { path, problem: `a bigint of more than ${MAX_BIGINT_DIGITS} digits`, fix: 'Store it and send its id.' };
  if (types.isDate(value) && Number.isNaN(value.getTime())) return { path, problem: 'an invalid Date', fix: 'Send null or a valid Date.' };
  return undefined;
}

/** Why a value cannot be carried unchanged, and where. */
export interface JsonProblem {
  /** such as `args[0].user.createdAt` */
  readonly path: string;
  /** such as `a Date` */
  readonly problem: string;
  readonly fix: string;
}
