import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../libs/task-queue/src/core/errors/error-codes.js';

const at = (place: string): string => fileURLToPath(new URL(`../../${place}`, import.meta.url));
const sorted = (values: Iterable<string>): string[] => [...values].sort();

const sections = new Map(
  readFileSync(at('docs/errors.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf('\n')).trim(), section]),
);

function codesOfClasses(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return codesOfClasses(`${folder}/${entry.name}`);
    if (!entry.name.endsWith('.ts') || entry.name.endsWith('.spec.ts')) return [];
    const source = readFileSync(`${folder}/${entry.name}`, 'utf8');
    return [...source.matchAll(/readonly code = '(\w+)'/g)].map((match) => match[1]!);
  });
}

describe('error codes', () => {
  it('are all explained in docs/errors.md, which explains no other', () => {
    expect(sorted(sections.keys())).toEqual(sorted(ERROR_CODES));
  });

  it('have exactly one class each, and every class has a listed code', () => {
    expect(sorted(codesOfClasses(at('libs/task-queue/src')))).toEqual(sorted(ERROR_CODES));
  });

  it('are each explained by meaning, usual cause and what to do', () => {
    const parts = ['Meaning', 'Usual cause', 'What to do'];
    const missing = [...sections].flatMap(([code, text]) =>
      parts.filter((part) => !new RegExp(`^- \\*\\*${part}:\\*\\* \\S`, 'm').test(text)).map((part) => `${code}: ${part}`),
    );
    expect(missing).toEqual([]);
  });
});
