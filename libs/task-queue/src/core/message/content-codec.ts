import { compress, inflate } from './compression.js';
import { ContentFault } from './content-fault.js';
import type { ContentOptions } from './content-options.js';
import { ContentCipher } from './encryption.js';
import type { Serializer } from './serializers/serializer.js';

/** How a piece of content is to be written. */
export interface ContentForm {
  /** a serializer's name */
  readonly contentType: string;
  /** null = not compressed */
  readonly compression: string | null;
  /** encrypt it although encryption is not required */
  readonly encrypted: boolean;
}

/** Content that is not plain JSON, with the form in which it was written. */
export interface PackedContent {
  /** content type */
  readonly ct: string;
  /** compression; absent = none */
  readonly z?: string;
  /** id of the key it is encrypted under; absent = not encrypted */
  readonly k?: string;
  /** the serializer's text; base64 where it is compressed, encrypted or of a serializer that gives bytes */
  readonly d: string;
}

/**
 * Packs values: serializes, then compresses, then encrypts them. Encrypted content is bound to its owner (a message or a
 * result), so that it cannot be moved to another one.
 */
export class ContentCodec {
  readonly #cipher: ContentCipher | undefined;
  readonly #accepted: ReadonlySet<string>;
  /** whether plain JSON is accepted */
  readonly acceptsPlain: boolean;

  constructor(
    private readonly options: ContentOptions,
    private readonly serializers: ReadonlyMap<string, Serializer>,
  ) {
    this.#cipher = options.encrypt === null ? undefined : new ContentCipher(options.encrypt);
    this.#accepted = new Set(options.acceptContent);
    this.acceptsPlain = this.#accepted.has('json') && this.#cipher?.required !== true;
  }

  get canEncrypt(): boolean {
    return this.#cipher !== undefined;
  }

  get acceptContent(): readonly string[] {
    return this.options.acceptContent;
  }

  accepts(contentType: string): boolean {
    return this.#accepted.has(contentType);
  }

  /** Whether content of this form is encrypted. While encryption is optional, results follow the form of their call. */
  encrypts(form: ContentForm): boolean {
    return this.#cipher !== undefined && (this.#cipher.required || form.encrypted);
  }

  /** Whether content of this form is plain JSON as it is: nothing to pack. */
  isPlain(form: ContentForm): boolean {
    return form.contentType === 'json' && form.compression === null && !this.encrypts(form);
  }

  /**
   * @param owner the message or result that the content belongs to, unambiguously
   * @returns undefined where plain JSON is enough: it is too small to compress, and not encrypted
   */
  pack(value: unknown, form: ContentForm, owner: readonly unknown[]): PackedContent | undefined {
    const ct = form.contentType;
    const written = this.#serializer(ct).serialize(value);
    const compressed = form.compression === null ? undefined : this.#compress(written, form.compression);
    const how = compressed === undefined ? { ct } : { ct, z: form.compression! };
    if (this.#cipher !== undefined && this.encrypts(form)) {
      const { keyId, data } = this.#cipher.encrypt(compressed ?? bytesOf(written), binding(owner, how));
      return { ...how, k: keyId, d: data.toString('base64') };
    }
    if (compressed === undefined && ct === 'json') return undefined;
    return { ...how, d: compressed === undefined ? textOf(written) : compressed.toString('base64') };
  }

  /** @throws ContentFault */
  unpack(packed: PackedContent, owner: readonly unknown[]): unknown {
    const { ct, z, k, d } = packed;
    if (!this.#accepted.has(ct)) throw new ContentFault('notAccepted', `its content type is '${ct}'`);
    if (k === undefined) this.#refuseUnencrypted();
    const serializer = this.#serializer(ct);
    const isText = z === undefined && k === undefined && serializer.isText;
    let data: Buffer = Buffer.from(d, isText ? 'utf8' : 'base64');
    if (k !== undefined) data = this.#decrypt(k, data, binding(owner, z === undefined ? { ct } : { ct, z }));
    if (z !== undefined) data = inflate(data, z, this.options.maxInflatedBytes);
    return read(serializer, data);
  }

  /** @throws ContentFault unless plain JSON is accepted */
  refusePlain(): void {
    this.#refuseUnencrypted();
    if (!this.accepts('json')) throw new ContentFault('notAccepted', "its content type is 'json'");
  }

  #refuseUnencrypted(): void {
    if (this.#cipher?.required === true) throw new ContentFault('undecryptable', "it is not encrypted, and 'encrypt' requires that");
  }

  #decrypt(keyId: string, data: Buffer, bound: string): Buffer {
    if (this.#cipher === undefined) throw new ContentFault('undecryptable', "it is encrypted, and 'encrypt' is not set here");
    return this.#cipher.decrypt(keyId, data, bound);
  }

  #compress(written: string | Uint8Array, algorithm: string): Buffer | undefined {
    const { compression, maxInflatedBytes } = this.options;
    const data = bytesOf(written);
    // Data that would be too large to inflate stays uncompressed; the limits of messages and results then apply to it.
    return data.length < compression.threshold || data.length > maxInflatedBytes ? undefined : compress(data, algorithm);
  }

  #serializer(contentType: string): Serializer {
    const serializer = this.serializers.get(contentType);
    if (serializer === undefined) throw new ContentFault('notAccepted', `its content type is '${contentType}'`);
    return serializer;
  }
}

/** What is wrong with the frame of packed content; undefined when nothing is. */
export function packedFault(packed: unknown): string | undefined {
  const { ct, z, k, d } = (packed ?? {}) as Partial<PackedContent>;
  const isOptional = (value: unknown) => value === undefined || typeof value === 'string';
  const isComplete = typeof ct === 'string' && typeof d === 'string' && isOptional(z) && isOptional(k);
  return isComplete ? undefined : "its packed content ('b') is incomplete";
}

/** @throws ContentFault */
function read(serializer: Serializer, data: Buffer): unknown {
  try {
    return serializer.deserialize(data);
  } catch (cause) {
    if (cause instanceof ContentFault) throw cause;
    throw new ContentFault('malformed', `its content is not readable ${serializer.name}`, { cause });
  }
}

/** The owner and the form of encrypted content as one text. */
function binding(owner: readonly unknown[], { ct, z }: Pick<PackedContent, 'ct' | 'z'>): string {
  return JSON.stringify([...owner, ct, z ?? null]);
}

function bytesOf(written: string | Uint8Array): Uint8Array {
  return typeof written === 'string' ? Buffer.from(written) : written;
}

function textOf(written: string | Uint8Array): string {
  return typeof written === 'string' ? written : Buffer.from(written.buffer, written.byteOffset, written.byteLength).toString('base64');
}
