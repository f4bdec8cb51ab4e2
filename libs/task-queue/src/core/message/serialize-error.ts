import { inspect, types } from 'node:util';
import type { SerializedError } from './task-result.js';

const MAX_TEXT = 10_000;

/** Any thrown value as data. A non-Error keeps its type and its text by `util.inspect`. */
export function serializeError(thrown: unknown): SerializedError {
  if (isError(thrown)) {
    const code = (thrown as { code?: unknown }).code;
    return {
      type: nameOf(thrown),
      message: cut(String(thrown.message)),
      ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
      ...(typeof thrown.stack === 'string' ? { stack: cut(thrown.stack) } : {}),
    };
  }
  return { type: thrown === null ? 'null' : typeof thrown, message: cut(`a handler threw a non-Error: ${show(thrown)}`) };
}

/** Whether it is an Error, including one of another realm (a vm context). */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

function nameOf(error: Error): string {
  const own = error.name;
  const constructed = error.constructor?.name;
  return own && own !== 'Error' ? own : constructed || 'Error';
}

function show(value: unknown): string {
  try {
    return inspect(value, { depth: 3, breakLength: Infinity });
  } catch {
    return '[not inspectable]';
  }
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
