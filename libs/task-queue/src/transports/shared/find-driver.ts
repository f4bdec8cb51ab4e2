import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The file of a driver as this package would load it. A thread that is made from source text cannot resolve modules by itself. The
 * path of this file is read from a stack frame, because the code runs as an ES module and, under a test runner, as CommonJS.
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
