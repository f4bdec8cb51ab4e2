import type { KeyObject } from 'node:crypto';

/** How arguments and results are written. None of them brings code. */
export const SERIALIZER_NAMES = ['json', 'extended-json', 'msgpack', 'yaml'] as const;
export type SerializerName = (typeof SERIALIZER_NAMES)[number];

export const COMPRESSION_NAMES = ['gzip', 'brotli'] as const;
/** What is made smaller is asked for by its algorithm; 'none' takes back what the queue or the task says. */
export type CompressionName = (typeof COMPRESSION_NAMES)[number] | 'none';

/** How content travels from this process, and what it takes in. */
export interface ContentOptions {
  /** of calls that name none */
  readonly serializer: SerializerName;
  readonly compression: {
    readonly algorithm: CompressionName;
    /** bytes below which nothing is compressed */
    readonly threshold: number;
  };
  readonly acceptContent: readonly SerializerName[];
  /** null: messages are not signed, and signatures not looked at */
  readonly sign: KeyRing | null;
  /** null: nothing is encrypted */
  readonly encrypt: KeyRing | null;
  /** bytes that compressed content may have when it is inflated */
  readonly maxInflatedBytes: number;
  /** bytes of one stored result */
  readonly maxResultBytes: number;
}

/** The first key is used for what goes out, every one for what comes in. */
export interface KeyRing {
  readonly keys: readonly ContentKey[];
  /** what comes in without is refused */
  readonly required: boolean;
}

export interface ContentKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** What holds where nothing is asked for. */
export const PLAIN_CONTENT: ContentOptions = Object.freeze({
  serializer: 'json',
  compression: { algorithm: 'none', threshold: 1_024 },
  acceptContent: ['json'],
  sign: null,
  encrypt: null,
  maxInflatedBytes: 10_000_000,
  maxResultBytes: 1_000_000,
} as const);
