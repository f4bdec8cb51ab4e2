import { describe, expect, it } from '@jest/globals';
import type { BrokerCapabilities } from '../../ports/broker/capabilities.js';
import type { UniqueOptions } from '../../ports/task/unique-options.js';
import { checkCallOptions, type CallOptions } from '../../canvas/call-options.js';
import { chosenId } from './call-parts.js';
import { uniqueKeyOf } from './unique-key-of.js';

const BROKER = { name: 'test', unique: true } as BrokerCapabilities;

function made(
  args: readonly unknown[],
  unique: CallOptions['unique'] = true,
  own?: boolean | UniqueOptions,
  kwargs?: CallOptions['kwargs'],
) {
  return uniqueKeyOf({ name: 'blog.send', unique: own }, args, { unique, kwargs }, BROKER);
}

describe('the key of all arguments', () => {
  it('is the same in whatever order properties were written', () => {
    expect(made([{ a: 1, b: [{ c: 2, d: 3 }] }])).toEqual(made([{ b: [{ d: 3, c: 2 }], a: 1 }]));
    expect(made([], true, true, { x: 1, y: 2 })).toEqual(made([], true, true, { y: 2, x: 1 }));
  });

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['a number and its text', [1], ['1']],
    ['the order of a list', [[1, 2]], [[2, 1]]],
    ['one argument and two', [['a', 'b']], ['a', 'b']],
    ['null and no argument', [null], []],
    ['two instants', [new Date(1)], [new Date(2)]],
    ['a Map and a Set', [new Map([[1, 2]])], [new Set([[1, 2]])]],
    ['big integers', [1n], [2n]],
    ['long texts', ['x'.repeat(500)], ['x'.repeat(501)]],
  ])('tells apart %s', (_, one, other) => {
    expect(made(one)!.key).not.toBe(made(other)!.key);
  });

  it('tells kwargs and tasks apart', () => {
    expect(made([], true, true, { x: 1 })!.key).not.toBe(made([{ x: 1 }])!.key);
    expect(uniqueKeyOf({ name: 'other' }, [], { unique: true }, BROKER)!.key).not.toBe(made([])!.key);
  });

  it('stays short', () => {
    expect(made(['x'.repeat(100_000)])!.key.length).toBeLessThan(100);
  });
});

describe('a key of the caller', () => {
  it('is of the task, and never that of arguments', () => {
    expect(made(['x'], { key: 'k' })!.key).toBe('["blog.send","k"]');
    expect(made(['x'], { key: 'k' })!.key).toBe(made(['y'], { key: () => 'k' })!.key);
    expect(made(['k'])!.key).not.toBe(made([], { key: 'k' })!.key);
  });

  it('is made of the arguments', () => {
    expect(made(['p1', 'ada'], { key: (post: string) => post })!.key).toBe('["blog.send","p1"]');
  });

  it.each([42, null, undefined, '', '\ud800', Promise.resolve('k'), {}])('is refused where a function makes it %p', (key) => {
    expect(() => made([], { key: () => key as string })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'unique.key' }));
  });

  it.each([42, null, '', {}])('is refused where it is given as %p', (key) => {
    expect(() => made([], { key: key as string })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('the unique option', () => {
  it('is by default held from the sending to the end, and answers with the holder', () => {
    expect(made([])).toMatchObject({ expires: null, until: 'end', onConflict: 'existing' });
  });

  it('reads how long, and what becomes of conflicts', () => {
    expect(made([], { while: ['waiting'], for: '5m', onConflict: 'replace' })).toMatchObject({
      expires: 300_000,
      until: 'start',
      onConflict: 'replace',
    });
    expect(made([], { while: [], for: 1_000 })).toMatchObject({ expires: 1_000, until: 'expiry' });
  });

  it('of a call says no more than it says, and leaves the rest to the task', () => {
    const own: UniqueOptions = { key: 'own', for: '1m' };
    expect(made([], { onConflict: 'reject', key: undefined }, own)).toEqual({ ...made([], own)!, onConflict: 'reject' });
    expect(made([], true, own)).toEqual(made([], own));
    expect(made([], false, own)).toBeUndefined();
    expect(made([], { for: '1s' }, false)).toMatchObject({ expires: 1_000 });
  });

  it.each<[object | string, string]>([
    [{ whlie: [] }, "Did you mean 'while'?"],
    [{ while: ['running'] }, 'what runs has waited'],
    [{ while: [] }, "Option 'unique.for' must be set when while is []"],
    [{ while: 'waiting' }, "Option 'while' must be a list"],
    [{ for: 0 }, "Option 'for' must be a duration over 0"],
    [{ onConflict: 'ignore' }, "Option 'onConflict' must be 'existing', 'reject' or 'replace'"],
    ['yes', "Option 'unique' must be true, false, or an object"],
  ])('refuses %j', (unique, message) => {
    expect(() => made([], unique as UniqueOptions)).toThrow(message);
  });

  it('is refused on a broker without unique keys', () => {
    const call = () => uniqueKeyOf({ name: 'a', unique: true }, [], {}, { ...BROKER, unique: false });
    expect(call).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_OPTION', option: 'unique' }));
  });
});

describe('an idempotency key', () => {
  it('stands for one id of the task, for ever', () => {
    expect(chosenId('billing.charge', { idempotencyKey: 'order-1' })).toBe('aa6290c6-d8a0-5047-b1db-f389e71b4f58');
    expect(chosenId('billing.refund', { idempotencyKey: 'order-1' })).not.toBe(chosenId('billing.charge', { idempotencyKey: 'order-1' }));
    expect(chosenId('billing.charge', { taskId: 'mine' })).toBe('mine');
    expect(chosenId('billing.charge', {})).toBeUndefined();
  });

  it.each<[CallOptions]>([
    [{ idempotencyKey: '' }],
    [{ idempotencyKey: 'a\ud800' }],
    [{ idempotencyKey: 1 as never }],
    [{ idempotencyKey: 'a', taskId: 'b' }],
  ])('is refused as %j', (options) => {
    expect(() => checkCallOptions(options, 'a')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'idempotencyKey' }));
  });
});
