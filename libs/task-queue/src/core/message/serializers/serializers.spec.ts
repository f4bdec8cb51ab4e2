import { describe, expect, it } from '@jest/globals';
import { Packr } from 'msgpackr';
import { SERIALIZER_NAMES } from '../content-options.js';
import { findJsonProblem } from '../plain-json.js';
import { loadSerializers } from './load-serializers.js';
import type { Serializer } from './serializer.js';

const serializers = await loadSerializers(SERIALIZER_NAMES);
const rich = SERIALIZER_NAMES.filter((name) => name !== 'json').map((name): [string, Serializer] => [name, serializers.get(name)!]);

function carried(serializer: Serializer, value: unknown): unknown {
  const written = serializer.serialize(value);
  return serializer.deserialize(Buffer.from(written as string));
}

/** Values of every kind, from a seed: a failure can be played again. */
function randomValue(random: () => number, depth = 0): unknown {
  const whole = (bound: number) => Math.floor(random() * bound);
  const many = <T>(make: () => T): T[] => Array.from({ length: whole(4) }, make);
  const text = () =>
    many(() => String.fromCodePoint(...[9, 10, 32, 36, 39, 58, 97, 0x7f, 0xe9, 0x2028, 0x1f600].slice(whole(11)))).join('');
  const leaves = [
    () => null,
    () => random() < 0.5,
    () => whole(1e6) - 5e5,
    () => (random() - 0.5) * 10 ** (whole(40) - 20),
    text,
    () => ['null', '~', '0x10', '1e3', '-', 'yes', '<<', '$date', '2020-01-01', 'a: b', '# c', ''][whole(12)],
    () => new Date(whole(8e15) - 4e15),
    () => BigInt(whole(1e9)) ** BigInt(whole(9)) * (random() < 0.5 ? -1n : 1n),
    () => Buffer.from(many(() => whole(256))),
  ];
  const branches = [
    () => many(() => randomValue(random, depth + 1)),
    () => Object.fromEntries(many(() => [random() < 0.3 ? '$' + text() : text(), randomValue(random, depth + 1)])),
    () => ({ [['$date', '$map', '$literal', '$new'][whole(4)]!]: randomValue(random, depth + 1) }),
    () => new Map(many(() => [randomValue(random, depth + 1), randomValue(random, depth + 1)])),
    () => new Set(many(() => randomValue(random, depth + 1))),
  ];
  const makers = depth < 4 ? [...leaves, ...branches] : leaves;
  return makers[whole(makers.length)]!();
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each(rich)('%s', (_, serializer) => {
  it('carries whatever passes the check unchanged', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const value = [randomValue(seeded(seed))];
      expect(findJsonProblem(value, 'args', true)).toBeUndefined();
      expect({ seed, value: carried(serializer, value) }).toEqual({ seed, value });
    }
  });

  it("gives an object of the user's own that looks like a tag back as it was", () => {
    const value = [{ $date: 'tomorrow' }, { $literal: { $set: [] } }, { $bigint: '1', more: 1 }, { $unheard: 1 }, { $bytes: { $date: 1 } }];
    expect(carried(serializer, value)).toStrictEqual(value);
  });

  it('gives the types back, not only the values', () => {
    const [date, big, map, set, bytes] = carried(serializer, [
      new Date(5),
      7n,
      new Map([[{ a: 1 }, new Date(6)]]),
      new Set([1n]),
      new Uint8Array([1, 2]),
    ]) as [Date, bigint, Map<{ a: number }, Date>, Set<bigint>, Buffer];
    expect(date.getTime()).toBe(5);
    expect(big).toBe(7n);
    expect([...map]).toEqual([[{ a: 1 }, new Date(6)]]);
    expect(set.has(1n)).toBe(true);
    expect(Buffer.isBuffer(bytes) && [...bytes]).toEqual([1, 2]);
  });
});

describe('what a hostile sender writes', () => {
  const packer = new Packr({ moreTypes: true, structuredClone: true });
  const pack = (value: unknown) => Buffer.from(packer.pack(value));
  const read = (name: string, data: string | Uint8Array) => () => serializers.get(name)!.deserialize(Buffer.from(data as string));

  it.each([
    ['extended-json', '[{"$date":"soon"}]'],
    ['extended-json', '[{"$date":1}]'],
    ['extended-json', '[{"$bigint":"1e9"}]'],
    ['extended-json', `[{"$bigint":"${'9'.repeat(10_002)}"}]`],
    ['extended-json', '[{"$map":[[1]]}]'],
    ['extended-json', '[{"$map":{"length":1}}]'],
    ['extended-json', '[{"$set":"abc"}]'],
    ['extended-json', '[{"$bytes":1}]'],
    ['extended-json', '[{"$literal":[1]}]'],
    ['extended-json', '[{"$function":"return 1"}]'],
    ['extended-json', '[{"__proto__":{"admin":true}}]'],
    ['extended-json', '[{"$literal":{"__proto__":{"admin":true}}}]'],
    ['extended-json', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['yaml', 'a: &x [1]\nb: *x'],
    ['yaml', '- !!set {a, b}'],
    ['yaml', '- {__proto__: {admin: true}}'],
    ['yaml', '? [1, 2]\n: 3'],
    ['yaml', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['yaml', '{'],
    ['msgpack', pack([new Error('x')])],
    ['msgpack', pack([/(a+)+$/])],
    ['msgpack', pack([new Set([1])])],
    ['msgpack', pack([new Date()])],
    ['msgpack', new Uint8Array([0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01])],
    ['msgpack', new Uint8Array([0xc1])],
    ['msgpack', new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])],
    ['msgpack', new Uint8Array(5_000).fill(0x91)],
    ['msgpack', new Uint8Array([0x01, 0x02])],
    ['msgpack', new Uint8Array([])],
  ])('is refused: %s %j', (name, data) => {
    expect(read(name, data)).toThrow(/./);
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  it('changes no prototype where MessagePack renames the key itself', () => {
    const value = read('msgpack', new Uint8Array([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x61, 0x01]))();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('leaves tags of YAML that stand for code as what they are: text', () => {
    expect(read('yaml', '- !!js/function "() => process.exit()"')()).toEqual(['() => process.exit()']);
  });
});

describe('findJsonProblem of what travels in more than plain JSON', () => {
  class Own {
    toJSON() {
      return 1;
    }
  }
  it.each([
    ['args[0].at', [{ at: new Date(Number.NaN) }], 'an invalid Date'],
    [
      'args[0].values()[1].a',
      [
        new Map([
          [1, {}],
          [2, { a: undefined }],
        ] as [number, object][]),
      ],
      'undefined',
    ],
    ['args[0].keys()[0]', [new Map([[() => 1, 1]])], 'a function'],
    ['args[0].values()[0]', [new Set([Symbol('x')])], 'a symbol'],
    ['args[0]', ['\ud800'], 'a surrogate pair'],
    ['args[0]', [10n ** 10_001n], '10000 digits'],
    ['args[0]', [JSON.parse('{"__proto__":1}')], '__proto__'],
    ['args[0]', [new Own()], 'toJSON'],
    ['args[0]', [Number.NaN], 'NaN'],
  ])('refuses %s', (path, value, problem) => {
    const found = findJsonProblem(value, 'args', true);
    expect(found).toMatchObject({ path });
    expect(found!.problem).toContain(problem);
  });

  it('finds a cycle through a Map', () => {
    const map = new Map<string, unknown>();
    map.set('self', [map]);
    expect(findJsonProblem([map], 'args', true)).toMatchObject({ path: 'args[0].values()[0][0]' });
  });
});
