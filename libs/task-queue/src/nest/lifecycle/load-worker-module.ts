import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import { InvalidAppError } from '../../core/errors/boot-errors.js';

/** A worker application: its root module's class, or the file that exports it, as a URL or a path, with `#Name` where there are several. */
export type WorkerApp = Type | URL | string;

/** @throws InvalidAppError */
export async function loadWorkerModule(app: WorkerApp): Promise<Type> {
  if (typeof app === 'function') {
    if (isModule(app)) return app;
    throw new InvalidAppError(`${(app as Function).name} is no module: it has no @Module().`);
  }
  const url = typeof app === 'string' ? urlOf(app) : app;
  const name = decodeURIComponent(url.hash.slice(1));
  const file = new URL(url);
  file.hash = '';
  const exported = await load(file);
  return name === '' ? onlyModule(exported, file) : namedModule(exported, name, file);
}

function urlOf(path: string): URL {
  if (path.startsWith('file:')) return new URL(path);
  const [file = '', name = ''] = path.split('#');
  const url = pathToFileURL(resolve(file));
  url.hash = name;
  return url;
}

async function load(file: URL): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(file.href)) as Record<string, unknown>;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND' || !String(error).includes(file.pathname)) throw error;
    throw new InvalidAppError(`There is no file ${file.pathname}. Name the compiled file of the worker's root module.`, { cause: error });
  }
}

function onlyModule(exported: Readonly<Record<string, unknown>>, file: URL): Type {
  const modules = new Map(
    Object.entries(exported)
      .filter(([, value]) => isModule(value))
      .map(([name, value]) => [value, name]),
  );
  const [first] = modules.keys();
  if (modules.size === 1) return first as Type;
  const found = modules.size === 0 ? 'no module class' : `several module classes (${[...modules.values()].join(', ')})`;
  const fix = modules.size === 0 ? 'Export the class that has @Module().' : `Name one: '${file.pathname}#${[...modules.values()][0]}'.`;
  throw new InvalidAppError(`${file.pathname} exports ${found}. ${fix}`);
}

function namedModule(exported: Readonly<Record<string, unknown>>, name: string, file: URL): Type {
  const found = exported[name];
  if (isModule(found)) return found;
  const names = Object.keys(exported).join(', ');
  throw new InvalidAppError(`${file.pathname} exports no module class '${name}'. Exported: ${names === '' ? 'nothing' : names}.`);
}

function isModule(value: unknown): value is Type {
  return typeof value === 'function' && Object.values(MODULE_METADATA).some((key) => Reflect.hasMetadata(key, value));
}
