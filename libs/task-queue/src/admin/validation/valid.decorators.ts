import { createParamDecorator, Param, Query, type ExecutionContext } from '@nestjs/common';
import { ApiBody, ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { noteOf } from '../audit/audit-note.js';
import { ProblemResponse } from '../openapi/admin-route.decorator.js';
import { documented } from '../openapi/contract.js';
import { checkInput } from './check-input.js';
import { word } from './fields.js';

interface BodyRules {
  readonly schema: z.ZodType;
  readonly readOnly?: readonly string[];
  readonly noted?: boolean;
}

const Checked = createParamDecorator(({ schema, readOnly, noted = false }: BodyRules, context: ExecutionContext): unknown => {
  const { body } = context.switchToHttp().getRequest<{ readonly body?: unknown }>();
  const checked = checkInput(schema, body ?? {}, 'body', readOnly);
  if (noted) noteOf(context).change = checked;
  return checked;
});

/**
 * The body of a request, checked and documented by one schema.
 * @param answered schema of the answer: its other fields are refused as read-only
 */
export function ValidBody(schema: z.ZodType, answered?: z.ZodObject): ParameterDecorator {
  return bodyOf({ schema, readOnly: Object.keys(answered?.shape ?? {}) });
}

/** {@link ValidBody} that also becomes the `change` of the audit entry. */
export function NotedBody(schema: z.ZodType): ParameterDecorator {
  return bodyOf({ schema, noted: true });
}

function bodyOf(rules: BodyRules): ParameterDecorator {
  return (target, key, index) => {
    Checked(rules)(target, key, index);
    const method = Object.getOwnPropertyDescriptor(target, key!)!;
    const document = [ApiBody({ required: true, schema: documented(rules.schema) }), ProblemResponse(413), ProblemResponse(415)];
    for (const decorate of document) decorate(target, key!, method);
  };
}

/** The query parameters of a request, checked and documented by one schema; unknown parameters are refused. */
export function ValidQuery(schema: z.ZodObject): ParameterDecorator {
  return (target, key, index) => {
    Query({ transform: (input: unknown) => checkInput(schema, input ?? {}, 'query') })(target, key, index);
    const { properties = {}, required = [] } = documented(schema) as { properties?: Record<string, object>; required?: string[] };
    for (const [name, property] of Object.entries(properties)) {
      const { description, ...rest } = property as { description?: string };
      const about = { name, required: required.includes(name), schema: rest, ...(description && { description }) };
      ApiQuery(about)(target, key!, Object.getOwnPropertyDescriptor(target, key!)!);
    }
  };
}

/** The id in the path, checked to be a string that a store can look up. Its route answers 404 when nothing has that id. */
export function PathId(): ParameterDecorator {
  return (target, key, index) => {
    Param('id', { transform: (id: unknown) => checkInput(z.strictObject({ id: word }), { id }, 'query').id })(target, key, index);
    ProblemResponse(404)(target, key!, Object.getOwnPropertyDescriptor(target, key!)!);
  };
}
