import { Body, Param, Query, type PipeTransform } from '@nestjs/common';
import { ApiBody, ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { documented } from '../openapi/contract.js';
import { word } from './fields.js';
import { InvalidRequestError } from '../../core/errors/admin-errors.js';
import { checkInput, type InputPlace } from './check-input.js';
import { isDeeperThan } from './is-deeper-than.js';

/** Levels of a body: what is written by hand has ten, and what is far deeper overflows the stack of whatever reads it. */
const DEEPEST = 200;

class CheckedInput implements PipeTransform {
  constructor(
    private readonly schema: z.ZodType,
    private readonly place: InputPlace,
    private readonly readOnly: readonly string[] = [],
  ) {}

  transform(input: unknown): unknown {
    if (isDeeperThan(DEEPEST, input)) {
      throw new InvalidRequestError([{ pointer: '', detail: `It is nested more than ${DEEPEST} levels deep.` }]);
    }
    return checkInput(this.schema, input ?? {}, this.place, this.readOnly);
  }
}

/**
 * The body of a request, checked and documented by one schema.
 * @param answered what is answered: its other fields cannot be set, which is said of them
 */
export function ValidBody(schema: z.ZodType, answered?: z.ZodObject): ParameterDecorator {
  const readOnly = Object.keys(answered?.shape ?? {});
  return (target, key, index) => {
    Body(new CheckedInput(schema, 'body', readOnly))(target, key, index);
    ApiBody({ required: true, schema: documented(schema) })(target, key!, methodAt(target, key!));
  };
}

/** The query parameters of a request, checked and documented by one schema; others are refused. */
export function ValidQuery(schema: z.ZodObject): ParameterDecorator {
  return (target, key, index) => {
    Query(new CheckedInput(schema, 'query'))(target, key, index);
    const { properties = {}, required = [] } = documented(schema) as { properties?: Record<string, object>; required?: string[] };
    for (const [name, property] of Object.entries(properties)) {
      const { description, ...rest } = property as { description?: string };
      const about = { name, required: required.includes(name), schema: rest, ...(description && { description }) };
      ApiQuery(about)(target, key!, methodAt(target, key!));
    }
  };
}

/** A parameter of the path, such as an id: a text that a store can look for. */
export function PathWord(name: string): ParameterDecorator {
  const schema = z.strictObject({ [name]: word });
  const check: PipeTransform = { transform: (value: unknown) => checkInput(schema, { [name]: value }, 'query')[name] };
  return Param(name, check);
}

function methodAt(target: object, key: string | symbol): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(target, key)!;
}
