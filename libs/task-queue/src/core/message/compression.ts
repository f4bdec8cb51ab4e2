import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { ContentFault } from './content-fault.js';
import { COMPRESSION_NAMES } from './content-options.js';

interface Algorithm {
  compress(data: Uint8Array): Buffer;
  inflate(data: Uint8Array, options: { readonly maxOutputLength: number }): Buffer;
}

// Brotli's default quality (11) takes a second per megabyte; 4 is as fast as gzip and compresses better.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  gzip: { compress: (data) => gzipSync(data), inflate: gunzipSync },
  brotli: { compress: (data) => brotliCompressSync(data, BROTLI), inflate: brotliDecompressSync },
};

export function isCompression(name: unknown): boolean {
  return (COMPRESSION_NAMES as readonly unknown[]).includes(name);
}

/** The compressed data; undefined where it would not be smaller. Bytes travel as base64, which takes a third more. */
export function compress(data: Uint8Array, algorithm: string): Buffer | undefined {
  const compressed = ALGORITHMS[algorithm]!.compress(data);
  return compressed.length * 4 < data.length * 3 ? compressed : undefined;
}

/**
 * @param limit bytes at which inflating stops, so that a small message cannot fill the memory
 * @throws ContentFault
 */
export function inflate(data: Uint8Array, algorithm: string, limit: number): Buffer {
  if (!isCompression(algorithm)) throw new ContentFault('notAccepted', `its compression '${algorithm}' is unknown here`);
  try {
    return ALGORITHMS[algorithm]!.inflate(data, { maxOutputLength: limit });
  } catch (cause) {
    const tooLarge = (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    const problem = tooLarge ? `it inflates to more than ${limit} bytes ('maxInflatedBytes')` : `it is no ${algorithm} data`;
    throw new ContentFault('malformed', problem, { cause });
  }
}
