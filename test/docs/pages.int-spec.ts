import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compilerComplaints } from './support/compile.js';
import { brokenLinks, codeBlocks, missingFiles, PAGES, reachedFrom, specsOf } from './support/pages.js';

describe.each(PAGES.map((page) => [page.file, page] as const))('%s', (_, page) => {
  const blocks = codeBlocks(page);

  it('names the file of each code block', () => {
    expect(blocks.filter(({ file }) => file === undefined).map(({ code }) => code)).toEqual([]);
  });

  it('shows the code of existing files', () => {
    for (const { file, code } of blocks) {
      const shown = path.join(page.folder, file!);
      expect({ shown, code }).toEqual({ shown, code: existsSync(shown) ? readFileSync(shown, 'utf8').trim() : 'there is no such file' });
    }
  });

  it('shows only files that a test runs', () => {
    const reached = reachedFrom(specsOf(page), page);
    expect(blocks.map(({ file }) => path.join(page.folder, file!)).filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe('the code blocks of all pages', () => {
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

describe('relative links', () => {
  const pages = ['.', 'docs', 'docs/guides', 'docs/internals', 'test'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.join(folder, name)),
  );

  it.each(pages)('of %s have a target', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });
});

describe('pages for developers', () => {
  const pages = ['CONTRIBUTING.md', 'docs/internals.md', ...readdirSync('docs/internals').map((name) => path.join('docs/internals', name))];

  it.each(pages)('%s names files that exist', (page) => {
    expect(missingFiles(page)).toEqual([]);
  });
});

describe('the index of the guides', () => {
  it('links to every guide, and the README links to the index', () => {
    const index = readFileSync('docs/guides/README.md', 'utf8');
    const guides = readdirSync('docs/guides').filter((name) => name !== 'README.md');
    expect(guides.filter((name) => !index.includes(`](${name})`))).toEqual([]);
    expect(readFileSync('README.md', 'utf8')).toContain('](docs/guides/README.md)');
  });
});
