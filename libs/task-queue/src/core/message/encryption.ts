import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ContentFault } from './content-fault.js';
import type { KeyRing } from './content-options.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts content with AES-256-GCM under a random nonce. The owner and the form of the content are authenticated too, so
 * that it cannot be moved to another message.
 */
export class ContentCipher {
  constructor(private readonly ring: KeyRing) {}

  /** Whether content that is not encrypted is refused. */
  get required(): boolean {
    return this.ring.required;
  }

  /** @returns the key's id, and nonce, tag and ciphertext in one piece */
  encrypt(data: Uint8Array, bound: string): { readonly keyId: string; readonly data: Buffer } {
    const { id, key } = this.ring.keys[0]!;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(bound));
    const body = Buffer.concat([cipher.update(data), cipher.final()]);
    return { keyId: id, data: Buffer.concat([nonce, cipher.getAuthTag(), body]) };
  }

  /** @throws ContentFault when the key is unknown, or any bit of the data, the owner or the form differs */
  decrypt(keyId: string, data: Buffer, bound: string): Buffer {
    const found = this.ring.keys.find(({ id }) => id === keyId);
    if (found === undefined) throw new ContentFault('undecryptable', `no key '${keyId}' is known here ('encrypt.keys')`);
    if (data.length < NONCE_BYTES + TAG_BYTES) throw new ContentFault('undecryptable', 'it is too short to be encrypted content');
    const decipher = createDecipheriv(ALGORITHM, found.key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(data.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new ContentFault('undecryptable', `it was changed, moved, or encrypted under another key than '${keyId}'`, { cause });
    }
  }
}
