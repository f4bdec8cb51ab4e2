import { z } from 'zod';
import { ERROR_CODES } from '../../core/errors/error-codes.js';
import { named } from '../openapi/contract.js';

const fault = z.strictObject({
  pointer: z.string().optional().describe('JSON Pointer into the body'),
  parameter: z.string().optional().describe('name of the query parameter or header'),
  detail: z.string(),
});

/** The body of every error answer (RFC 9457). */
export const problem = named(
  'Problem',
  z.strictObject({
    type: z.string().describe('URN of the code'),
    title: z.string().describe('reason phrase of the status'),
    status: z.int(),
    code: z.enum(ERROR_CODES).describe('stable; branch on this'),
    detail: z.string().describe('explanation for people'),
    requestId: z.string(),
    errors: z.array(fault).optional().describe('the faults of an invalid request'),
  }),
);

export type Problem = z.output<typeof problem>;

export const PROBLEM_TYPE = 'application/problem+json';
