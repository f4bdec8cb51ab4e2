import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { InvalidRequestError } from '../../core/errors/admin-errors.js';
import { checkInput, type InputPlace } from './check-input.js';

const schema = z.strictObject({
  name: z.string(),
  count: z.int().min(1).optional().describe('a whole number of at least 1'),
  ranges: z.array(z.strictObject({ from: z.string(), 'a/b': z.string().optional() })).optional(),
});

function faults(input: unknown, place: InputPlace = 'body', readOnly: string[] = []) {
  try {
    checkInput(schema, input, place, readOnly);
  } catch (error) {
    return (error as InvalidRequestError).faults;
  }
  throw new Error('it was taken');
}

describe('checkInput', () => {
  it('rule 37: answers the first faults of many', () => {
    const fields = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x${n}${'y'.repeat(300)}`, n]));
    const answered = faults(fields(900));
    expect(answered).toHaveLength(100);
    expect(JSON.stringify(answered).length).toBeLessThan(50_000);
    expect(faults(fields(1_100))).toEqual([{ pointer: '', detail: 'It has more than 1000 fields.' }]);
  });

  it("refuses a field '__proto__' at every level, which would be lost", () => {
    for (const text of ['{"__proto__":1}', '{"a":[{"b":{"__proto__":{}}}]}']) {
      expect(() => checkInput(schema, JSON.parse(text), 'body')).toThrow("It has a field '__proto__'");
    }
  });

  it('returns the parsed input', () => {
    expect(checkInput(schema, { name: 'a', count: 2 }, 'body')).toEqual({ name: 'a', count: 2 });
  });

  it('names all faults with the expected values', () => {
    expect(faults({ count: 0 })).toEqual([
      { pointer: '/name', detail: 'It is missing.' },
      { pointer: '/count', detail: 'It must be a whole number of at least 1.' },
    ]);
    expect(faults({ name: 1 })).toEqual([{ pointer: '/name', detail: expect.stringContaining('expected string') }]);
    expect(faults('text')).toEqual([{ pointer: '', detail: expect.stringContaining('expected object') }]);
  });

  it('names unknown fields at any depth, with a suggestion', () => {
    expect(faults({ nmae: 'a', name: 'b' })).toEqual([{ pointer: '/nmae', detail: "There is no such field. Did you mean 'name'?" }]);
    expect(faults({ name: 'a', ranges: [{ from: 'x', form: 'y', 'a/b': 1 }] })).toEqual([
      { pointer: '/ranges/0/a~1b', detail: expect.any(String) },
      { pointer: '/ranges/0/form', detail: "There is no such field. Did you mean 'from'?" },
    ]);
  });

  it('says that a read-only field cannot be set', () => {
    expect(faults({ name: 'a', id: 1 }, 'body', ['id'])).toEqual([{ pointer: '/id', detail: 'It cannot be set.' }]);
  });

  it('names query parameters', () => {
    expect(faults({ name: 'a', conut: 1 }, 'query')).toEqual([{ parameter: 'conut', detail: expect.stringContaining("'count'") }]);
  });
});
