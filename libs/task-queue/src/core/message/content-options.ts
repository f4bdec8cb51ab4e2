import type { KeyObject } from 'node:crypto';

/** How arguments and results are written. No serializer deserializes code. */
export const SERIALIZER_NAMES = ['json', 'extended-json', 'msgpack', 'yaml'] as const;
export type SerializerName = (typeof SERIALIZER_NAMES)[number];

export const COMPRESSION_NAMES = ['gzip', 'brotli'] as const;
/** A compression algorithm; 'none' overrides the setting of the queue or the task. */
export type CompressionName = (typeof COMPRESSION_NAMES)[number] | 'none';

/** How this process writes content, and which content it accepts. */
export interface ContentOptions {
  /** for calls that set none */
  readonly serializer: SerializerName;
  readonly compression: {
    readonly algorithm: CompressionName;
    /** bytes below which nothing is compressed */
    readonly threshold: number;
  };
  readonly acceptContent: readonly SerializerName[];
  /** null: messages are not signed, and signatures are not verified */
  readonly sign: KeyRing | null;
  /** null: nothing is encrypted */
  readonly encrypt: KeyRing | null;
  /** the largest inflated size of compressed content, in bytes */
  readonly maxInflatedBytes: number;
  /** the largest stored result, in bytes */
  readonly maxResultBytes: number;
}

/** The first key signs or encrypts; every key verifies or decrypts. */
export interface KeyRing {
  readonly keys: readonly ContentKey[];
  /** unsigned or unencrypted messages are refused */
  readonly required: boolean;
}

export interface ContentKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The defaults. */
export const PLAIN_CONTENT: ContentOptions = Object.freeze({
  serializer: 'json',
  compression: { algorithm: 'none', threshold: 1_024 },
  acceptContent: ['json'],
  sign: null,
  encrypt: null,
  maxInflatedBytes: 10_000_000,
  maxResultBytes: 1_000_000,
} as const);
