import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ContentKey, KeyRing } from '../../content-options.js';

const SIGNATURE = /,"sig":"([\w.-]{1,64}):([\w-]{43})"\}$/;
/** the longest text that SIGNATURE matches */
const TAIL = 130;

/**
 * Signs bodies with HMAC-SHA-256. The signature is the last member of the body and covers the id and every byte before it, so
 * that verifying it needs no canonical form.
 */
export class MessageSigner {
  readonly #keys: ReadonlyMap<string, ContentKey>;

  constructor(private readonly ring: KeyRing) {
    this.#keys = new Map(ring.keys.map((key) => [key.id, key]));
  }

  /** Whether a body without signature is refused. */
  get required(): boolean {
    return this.ring.required;
  }

  /** @param body one JSON object with at least one member */
  sign(id: string, body: string): string {
    const key = this.ring.keys[0]!;
    return `${body.slice(0, -1)},"sig":"${key.id}:${mac(key, id, body).toString('base64url')}"}`;
  }

  /** What is wrong with the signature of a body; undefined = it is valid. */
  findProblem(id: string, signed: string): string | undefined {
    const found = SIGNATURE.exec(signed.slice(-TAIL));
    if (found === null) return this.ring.required ? 'it has none' : undefined;
    const [tail, keyId, given] = found as unknown as readonly [string, string, string];
    const key = this.#keys.get(keyId);
    if (key === undefined) return `no key '${keyId}' is known here ('sign.keys')`;
    const expected = mac(key, id, `${signed.slice(0, -tail.length)}}`).toString('base64url');
    // As text: the last character has bits that decoding drops.
    if (timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return undefined;
    return `it is not that of this message under key '${keyId}': something was changed, or the secrets differ`;
  }
}

function mac({ key }: ContentKey, id: string, body: string): Buffer {
  // The id is written as a JSON string, so that no other pair of id and body gives the same bytes.
  return createHmac('sha256', key)
    .update(`task-message:1:${JSON.stringify(id)}`)
    .update(body)
    .digest();
}
