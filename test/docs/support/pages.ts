import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A page for users, and the folder of the files that its code blocks show. */
export interface Page {
  readonly file: string;
  readonly folder: string;
}

export interface CodeBlock {
  /** from the first line of the block: `// src/post.tasks.ts`; undefined = it names no file */
  readonly file: string | undefined;
  readonly code: string;
}

const GUIDES = 'docs/guides';
/** The folders whose files the pages for developers name. */
const SOURCES = /^(admin|apps|assembly|cli|core|database|docs|libs|nest|scripts|spi|test|testing|transports|typeorm)\//;

export const PAGES: readonly Page[] = [
  { file: 'README.md', folder: 'test/docs/tour' },
  ...readdirSync(GUIDES)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => ({ file: path.join(GUIDES, name), folder: path.join('test/docs/guides', path.basename(name, '.md')) })),
];

/** Every block of TypeScript or JavaScript on a page. */
export function codeBlocks({ file }: Page): CodeBlock[] {
  const markdown = readFileSync(file, 'utf8');
  return [...markdown.matchAll(/^```(?:ts|typescript|js|javascript|tsx)\b[^\n]*\n([\s\S]*?)^```/gm)].map(([, block]) => {
    const [, name, code] = /^\/\/ (\S+\.[mc]?[jt]sx?)\n\n?([\s\S]*)$/.exec(block!) ?? [];
    return { file: name, code: (code ?? block!).trim() };
  });
}

/** The specs that run a page's code: those in its folder and those for all pages. */
export function specsOf({ folder }: Page): string[] {
  return ['test/docs', ...foldersIn(folder)].flatMap((one) => filesIn(one).filter((file) => /\.(int-)?spec\.ts$/.test(file)));
}

/** The files that the specs import, or name in a string (entry files of child processes), with their imports. */
export function reachedFrom(specs: readonly string[], { folder }: Page): ReadonlySet<string> {
  const reached = new Set(specs);
  for (const file of reached) {
    const source = readFileSync(file, 'utf8');
    for (const [, text] of source.matchAll(/['"`]([^'"`\n]+)\.js['"`]/g)) {
      for (const base of [path.dirname(file), folder]) {
        const candidate = path.join(base, `${text}.ts`);
        if (existsSync(candidate)) reached.add(candidate);
      }
    }
  }
  return reached;
}

/** The relative links of a page without a target. */
export function brokenLinks(file: string): string[] {
  const links = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return links.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(file, target));
}

/** Paths between backticks that name a file or folder of the repository, or of the library's source, and do not exist. */
export function missingFiles(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll('`C/', '`libs/task-queue/src/testing/conformance/');
  const paths = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(([, name]) => name!).filter((name) => SOURCES.test(name));
  return paths.filter((name) => !existsSync(name) && !existsSync(path.join('libs/task-queue/src', name)));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const found = file === '' ? from : path.join(path.dirname(from), file);
  if (!existsSync(found)) return false;
  return anchor === undefined || !found.endsWith('.md') || anchorsOf(found).has(anchor);
}

/** The anchors of a page's headings, as GitHub creates them. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(folder, entry.name));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inner.flatMap((entry) => foldersIn(path.join(folder, entry.name)))];
}
