import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';

const PLACES: Readonly<Record<string, string>> = {
  'C/': 'libs/task-queue/src/testing/conformance/',
  'core/': 'libs/task-queue/src/core/',
  'transports/': 'libs/task-queue/src/transports/',
};

/** The rows of docs/internals/rules.md: the number of a rule and the files of its tests. */
function rows(): [rule: number, files: string[]][] {
  const lines = readFileSync('docs/internals/rules.md', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const rule = /^(\d+) \D/.exec(cells[1] ?? '')?.[1];
    return rule === undefined ? [] : [[Number(rule), [...cells[3]!.matchAll(/`([^`]+)`/g)].map((match) => fileOf(match[1]!))]];
  });
}

function fileOf(shown: string): string {
  const place = Object.keys(PLACES).find((start) => shown.startsWith(start));
  return place === undefined ? shown : PLACES[place]! + shown.slice(place.length);
}

describe('the table of rules and their tests', () => {
  it('has a row for every rule', () => {
    const expected = Array.from({ length: 28 }, (_, n) => n + 1);
    expect(rows().map(([rule]) => rule)).toEqual(expect.arrayContaining(expected));
  });

  it.each(rows())('names existing files with tests of rule %i', (rule, files) => {
    expect(files.length).toBeGreaterThan(0);
    const without = files.filter((file) => !existsSync(file) || !new RegExp(`rule ${rule}:`).test(readFileSync(file, 'utf8')));
    expect(without).toEqual([]);
  });
});
