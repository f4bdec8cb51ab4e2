import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The file of a driver that this package would load: a thread made from source text has no place of its own to look from.
 * The place is read from a stack frame, because one code runs as ES module, and as CommonJS under a test runner.
 */
export function findDriver(name: string): string {
  const places = [ownFile(), join(process.cwd(), 'package.json')].filter((place) => place !== undefined);
  let failure: unknown;
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function ownFile(): string | undefined {
  const prepare = Error.prepareStackTrace;
  try {
    Error.prepareStackTrace = (_, frames) => frames[0]?.getFileName();
    const file = (new Error() as { stack?: unknown }).stack;
    return typeof file === 'string' && /^(file:|\/|[A-Za-z]:[\\/])/.test(file) ? file : undefined;
  } finally {
    Error.prepareStackTrace = prepare;
  }
}
