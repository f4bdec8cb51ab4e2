import 'reflect-metadata';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import type { SignalName } from '../../core/ports/task/signals.js';
import type { TaskHookName } from '../../core/ports/task/task-hooks.js';
import { lineageOf } from './lineage.js';

const HOOKS = 'task-queue:hooks';
const SIGNALS = 'task-queue:signals';

/** A method that listens to a hook or a signal. */
export interface ListeningMethod<N> {
  readonly name: N;
  readonly method: string;
}

export function storeHook(prototype: object, method: string | symbol, name: TaskHookName): void {
  store(HOOKS, '@OnTask', prototype, method, name);
}

export function storeSignal(prototype: object, method: string | symbol, name: SignalName): void {
  store(SIGNALS, '@OnSignal', prototype, method, name);
}

/** The hooks of a class and its bases, those of the base first; an overriding method replaces the hook of its base. */
export function readHooks(target: Function): readonly ListeningMethod<TaskHookName>[] {
  return read(HOOKS, target) as readonly ListeningMethod<TaskHookName>[];
}

export function readSignals(target: Function): readonly ListeningMethod<SignalName>[] {
  return read(SIGNALS, target) as readonly ListeningMethod<SignalName>[];
}

function store(key: string, decorator: string, prototype: object, method: string | symbol, name: string): void {
  if (typeof prototype === 'function' || typeof method === 'symbol') {
    const owner = typeof prototype === 'function' ? prototype.name : prototype.constructor.name;
    const fix = `Move ${decorator}() to such a method.`;
    throw new InvalidHandlerError(
      `${decorator}('${name}') on ${owner}.${String(method)}`,
      'a listener is a method of an instance, under a plain name',
      fix,
    );
  }
  const own = (Reflect.getOwnMetadata(key, prototype) ?? []) as readonly ListeningMethod<string>[];
  // TypeScript applies the decorators of one method from bottom to top, and methods from first to last.
  Reflect.defineMetadata(key, [...own, { name, method }], prototype);
}

function read(key: string, target: Function): readonly ListeningMethod<string>[] {
  const found = new Map<string, ListeningMethod<string>>();
  for (const { prototype } of lineageOf(target)) {
    for (const one of (Reflect.getOwnMetadata(key, prototype as object) ?? []) as readonly ListeningMethod<string>[]) {
      found.set(`${one.name} ${one.method}`, one);
    }
  }
  return [...found.values()];
}
