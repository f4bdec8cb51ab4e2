import { z } from 'zod';
import { didYouMean } from '../../core/errors/did-you-mean.js';
import { InvalidRequestError, type RequestFault } from '../../core/errors/admin-errors.js';

export type InputPlace = 'body' | 'query';

/**
 * What a request says, as its schema reads it.
 * @param readOnly fields that are answered and cannot be sent
 * @throws InvalidRequestError with all that is wrong, misspelt fields with what they most likely mean
 */
export function checkInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  place: InputPlace,
  readOnly: readonly string[] = [],
): z.output<S> {
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  throw new InvalidRequestError(checked.error.issues.flatMap((issue) => faultsOf(issue, schema, input, place, readOnly)));
}

type Faulty = [schema: z.ZodType, input: unknown, place: InputPlace, readOnly: readonly string[]];

function faultsOf(issue: z.core.$ZodIssue, ...[schema, input, place, readOnly]: Faulty): RequestFault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, issue.path);
    return issue.keys.map((key) => ({
      ...at([...issue.path, key], place),
      detail: readOnly.includes(key) ? 'It cannot be set.' : `There is no such field.${didYouMean(key, known)}`,
    }));
  }
  const description = schemaAt(schema, issue.path)?.description;
  if (issue.path.length > 0 && valueAt(input, issue.path) === undefined) return [{ ...at(issue.path, place), detail: 'It is missing.' }];
  return [{ ...at(issue.path, place), detail: description === undefined ? `${issue.message}.` : `It must be ${description}.` }];
}

function at(path: readonly PropertyKey[], place: InputPlace): Pick<RequestFault, 'pointer' | 'parameter'> {
  if (place === 'query') return { parameter: path.join('.') };
  return { pointer: path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);
}

function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const found = schemaAt(schema, path);
  const object = found === undefined ? undefined : bare(found);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** The schema of a part; undefined where it is in no plain object or list. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((found, key) => {
    const inner = found && bare(found);
    if (inner instanceof z.ZodObject) return inner.shape[String(key)] as z.ZodType | undefined;
    return inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
  }, schema);
}

/** Without what says that it may be absent, null or has a default. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return bare(schema.unwrap() as z.ZodType);
  }
  return schema;
}
