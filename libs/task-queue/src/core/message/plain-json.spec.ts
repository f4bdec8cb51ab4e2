import { afterEach, describe, expect, it } from '@jest/globals';
import { findJsonProblem } from './plain-json.js';

const global = globalThis as { typeormMetadataArgsStorage?: unknown };

class Money {
  constructor(readonly amount = 1) {}
}

describe('findJsonProblem', () => {
  afterEach(() => {
    delete global.typeormMetadataArgsStorage;
  });

  it('lets plain data and data-only instances pass', () => {
    expect(findJsonProblem([1, 'a', true, null, { b: [{ c: 'd' }], e: new Money() }, Object.create(null)], 'args')).toBeUndefined();
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = [cycle];
  it.each([
    ['args[0].user.born', [{ user: { born: new Date(0) } }], 'a Date'],
    ['args[1][0]', [1, [NaN]], 'NaN'],
    ['args[0]["a b"].c', [{ 'a b': { c: new Map() } }], 'a Map'],
    ['args[0].set', [{ set: new Set() }], 'a Set'],
    ['args[0]', [10n], 'a bigint'],
    ['args[0].run', [{ run: () => 1 }], 'a function'],
    ['args[0].mark', [{ mark: Symbol('x') }], 'a symbol'],
    ['args[0].gone', [{ gone: undefined }], 'undefined'],
    ['args[0].file', [{ file: Buffer.from('x') }], 'a Buffer'],
    ['args[0].bytes', [{ bytes: new Uint8Array(2) }], 'a Uint8Array'],
    ['args[0].why', [{ why: new Error('x') }], 'a Error'],
    ['args[0].self[0]', [cycle], 'a cycle'],
    [
      'args[0].at',
      [
        {
          at: new (class Moment {
            toJSON() {
              return 'now';
            }
          })(),
        },
      ],
      'its own toJSON()',
    ],
  ])('refuses %s', (path, value, problem) => {
    const found = findJsonProblem(value, 'args');
    expect(found).toMatchObject({ path });
    expect(found!.problem).toContain(problem);
  });

  it('takes the same object twice beside itself for no cycle', () => {
    const shared = { a: 1 };
    expect(findJsonProblem([shared, shared, { shared }], 'args')).toBeUndefined();
  });

  it('refuses an entity, and says to pass its id', () => {
    class Post {}
    class DraftPost extends Post {}
    global.typeormMetadataArgsStorage = { tables: [{ target: Post }] };
    expect(findJsonProblem([new DraftPost()], 'args')).toMatchObject({ path: 'args[0]', fix: 'Pass its id, and fetch it in the task.' });
  });

  it('refuses what is nested without end before the stack does', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    expect(findJsonProblem(deep, 'args')!.problem).toContain('nested deeper');
  });
});
