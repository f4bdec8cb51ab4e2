import { composeAround, type Around } from './around.js';

describe('composeAround', () => {
  const named =
    (name: string): Around<string[], string[]> =>
    (subject, next) => [...next([...subject, `${name} before`]), `${name} after`];

  it('runs the first layer outermost', () => {
    const around = composeAround([named('a'), undefined, named('b')])!;
    expect(around([], (subject) => [...subject, 'work'])).toEqual(['a before', 'b before', 'work', 'b after', 'a after']);
  });

  it('lets a layer replace the operation', () => {
    const around = composeAround<string[], string[]>([named('a'), () => ['refused'], named('b')])!;
    expect(around([], () => ['work'])).toEqual(['refused', 'a after']);
  });

  it('is nothing where no layer is given', () => {
    expect(composeAround([undefined])).toBeUndefined();
  });
});
