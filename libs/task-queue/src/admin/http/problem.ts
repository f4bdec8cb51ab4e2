import { z } from 'zod';
import { ERROR_CODES } from '../../core/errors/error-codes.js';
import { named } from '../openapi/contract.js';

const fault = z.strictObject({
  pointer: z.string().optional().describe('JSON Pointer into the body'),
  parameter: z.string().optional().describe('name of the query parameter or header'),
  detail: z.string(),
});

/** An answer that is no success (RFC 9457). */
export const problem = named(
  'Problem',
  z.strictObject({
    type: z.string().describe('where the code is explained'),
    title: z.string().describe('of the status'),
    status: z.int(),
    code: z.enum(ERROR_CODES).describe('stable: branch on this'),
    detail: z.string().describe('for people'),
    requestId: z.string(),
    errors: z.array(fault).optional().describe('what is wrong, where several things are'),
  }),
);

export type Problem = z.output<typeof problem>;

export const PROBLEM_TYPE = 'application/problem+json';
