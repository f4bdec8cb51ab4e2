import { z } from 'zod';
import { InvalidOptionError } from '../errors/option-errors.js';
import type { UniqueKey } from '../message/unique-key.js';
import type { UniqueKeyOf, UniqueOptions, UniquePolicy, UniqueState } from '../ports/task/unique-options.js';
import { checkOptions, durationField } from '../options/check-options.js';

const CONFLICTS = ['existing', 'reject', 'replace'] as const;

const schema = z.object({
  key: z
    .union([z.string().min(1), z.custom<UniqueKeyOf<readonly unknown[]>>((value) => typeof value === 'function')])
    .optional()
    .describe('a text that is not empty, or a function that makes one of the arguments'),
  for: durationField()
    .refine((ms) => ms > 0)
    .optional()
    .describe("a duration over 0: a number of milliseconds, or text such as '30s', '5m', '1d'"),
  while: z
    .array(z.enum(['waiting', 'running']))
    .default(['waiting', 'running'])
    .describe("a list of 'waiting' and 'running'"),
  onConflict: z.enum(CONFLICTS).default('existing').describe("'existing', 'reject' or 'replace'"),
});

const EVERY_ARGUMENT: UniqueOptions = Object.freeze({});
const resolved = new WeakMap<object, UniquePolicy>();

/**
 * @param input true = with every default, false = not unique
 * @param where whose they are, for errors
 * @returns null = not unique
 * @throws UnknownOptionError · InvalidOptionError
 */
export function resolveUnique(input: boolean | UniqueOptions, where: string): UniquePolicy | null {
  if (input === false) return null;
  const options = input === true ? EVERY_ARGUMENT : input;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('unique', input, `true, false, or an object of key, for, while and onConflict in ${where}`);
  }
  let policy = resolved.get(options);
  if (policy === undefined) {
    policy = read(options, where);
    resolved.set(options, policy);
  }
  return policy;
}

function read(options: UniqueOptions, where: string): UniquePolicy {
  const { key, for: expires = null, while: states, onConflict } = checkOptions(schema, options, `'unique' of ${where}`);
  const until = untilOf(states);
  if (until === undefined) {
    throw new InvalidOptionError('unique.while', states, `['waiting', 'running'], ['waiting'] or [] in ${where}: what runs has waited`);
  }
  if (until === 'expiry' && expires === null) {
    throw new InvalidOptionError('unique.for', options.for, `set when while is [], because nothing else ends the key, in ${where}`);
  }
  return Object.freeze({ key, expires, until, onConflict });
}

function untilOf(states: readonly UniqueState[]): UniqueKey['until'] | undefined {
  if (states.length === 0) return 'expiry';
  if (!states.includes('waiting')) return undefined;
  return states.includes('running') ? 'end' : 'start';
}
