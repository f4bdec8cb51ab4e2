import { z } from 'zod';
import { didYouMean } from '../../core/errors/did-you-mean.js';
import { InvalidRequestError, type RequestFault } from '../../core/errors/admin-errors.js';
import { shortText } from '../../core/errors/shown-value.js';
import { isDeeperThan, someObject } from './is-deeper-than.js';

export type InputPlace = 'body' | 'query';

/** Maximum nesting of an input. Hand-written input needs about ten levels; far deeper input overflows the stack of its readers. */
const MAX_DEPTH = 200;

/** Maximum number of faults in an answer, and of fields of a whole input. */
const MAX_FAULTS = 100;
const MAX_FIELDS = 1_000;

/**
 * Parses a body or a query with its schema.
 * @param readOnly fields that appear in answers and cannot be set
 * @throws InvalidRequestError with the first 100 faults; for a misspelt field, the most likely meant one
 */
export function checkInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  place: InputPlace,
  readOnly: readonly string[] = [],
): z.output<S> {
  const problem = problemOf(input);
  if (problem !== undefined) throw new InvalidRequestError([{ ...at([], place), detail: problem }]);
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  const faults: RequestFault[] = [];
  for (const issue of checked.error.issues) {
    faults.push(...faultsOf(issue, schema, input, place, readOnly).slice(0, MAX_FAULTS - faults.length));
    if (faults.length === MAX_FAULTS) break;
  }
  throw new InvalidRequestError(faults);
}

function problemOf(input: unknown): string | undefined {
  if (isDeeperThan(MAX_DEPTH, input)) return `It is nested more than ${MAX_DEPTH} levels deep.`;
  if (someObject(input, (object) => Object.hasOwn(object, '__proto__')))
    return "It has a field '__proto__', which is accepted at no level.";
  return Object.keys(input ?? {}).length > MAX_FIELDS ? `It has more than ${MAX_FIELDS} fields.` : undefined;
}

type Faulty = [schema: z.ZodType, input: unknown, place: InputPlace, readOnly: readonly string[]];

function faultsOf(issue: z.core.$ZodIssue, ...[schema, input, place, readOnly]: Faulty): RequestFault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, issue.path);
    return issue.keys.slice(0, MAX_FAULTS).map((key) => ({
      ...at([...issue.path, key], place),
      detail: readOnly.includes(key) ? 'It cannot be set.' : `There is no such field.${didYouMean(key, known)}`,
    }));
  }
  if (issue.path.length > 0 && valueAt(input, issue.path) === undefined) return [{ ...at(issue.path, place), detail: 'It is missing.' }];
  const description = descriptionOf(schemaAt(schema, issue.path));
  return [{ ...at(issue.path, place), detail: description === undefined ? `${issue.message}.` : `It must be ${description}.` }];
}

function at(path: readonly PropertyKey[], place: InputPlace): Pick<RequestFault, 'pointer' | 'parameter'> {
  const parts = path.map((part) => shortText(String(part)));
  if (place === 'query') return { parameter: parts.join('.') };
  return { pointer: parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);
}

function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const object = unwrapped(schemaAt(schema, path));
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** The schema of a part; undefined where the part is not in a plain object or list. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((found, key) => {
    const inner = unwrapped(found);
    if (inner instanceof z.ZodObject) return inner.shape[String(key)] as z.ZodType | undefined;
    return inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
  }, schema);
}

function descriptionOf(schema: z.ZodType | undefined): string | undefined {
  return schema?.description ?? (isWrapper(schema) ? descriptionOf(schema.unwrap() as z.ZodType) : undefined);
}

function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
  return isWrapper(schema) ? unwrapped(schema.unwrap() as z.ZodType) : schema;
}

function isWrapper(schema: z.ZodType | undefined): schema is z.ZodOptional | z.ZodNullable | z.ZodDefault {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault;
}
