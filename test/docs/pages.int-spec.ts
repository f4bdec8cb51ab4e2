import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compilerComplaints } from './support/compile.js';
import { brokenLinks, codeBlocks, PAGES, reachedFrom, specsOf } from './support/pages.js';

describe.each(PAGES.map((page) => [page.file, page] as const))('%s', (_, page) => {
  const blocks = codeBlocks(page);

  it('names the file of each block of code', () => {
    expect(blocks.filter(({ file }) => file === undefined).map(({ code }) => code)).toEqual([]);
  });

  it('shows the code of files that are compiled and run', () => {
    for (const { file, code } of blocks) {
      const shown = path.join(page.folder, file!);
      expect({ shown, code }).toEqual({ shown, code: existsSync(shown) ? readFileSync(shown, 'utf8').trim() : 'there is no such file' });
    }
  });

  it('has each of its files run by a test', () => {
    const reached = reachedFrom(specsOf(page), page);
    expect(blocks.map(({ file }) => path.join(page.folder, file!)).filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe('the code of all pages', () => {
  it('compiles', () => {
    const files = PAGES.flatMap((page) =>
      codeBlocks(page)
        .flatMap(({ file }) => file ?? [])
        .map((file) => path.join(page.folder, file)),
    );
    expect(files.length).toBeGreaterThan(10);
    expect(compilerComplaints([...new Set(files)])).toEqual([]);
  });
});

describe('links', () => {
  const pages = ['.', 'docs', 'docs/guides'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.join(folder, name)),
  );

  it.each(pages)('of %s lead somewhere', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });
});

describe('the index of the guides', () => {
  it('leads to each of them, and the README leads to it', () => {
    const index = readFileSync('docs/guides/README.md', 'utf8');
    const guides = readdirSync('docs/guides').filter((name) => name !== 'README.md');
    expect(guides.filter((name) => !index.includes(`](${name})`))).toEqual([]);
    expect(readFileSync('README.md', 'utf8')).toContain('](docs/guides/README.md)');
  });
});
