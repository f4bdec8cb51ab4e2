import { createSecretKey, type KeyObject } from 'node:crypto';
import { InvalidOptionError, UnknownOptionError } from '../../errors/option-errors.js';
import type { KeyRing } from '../../message/content-options.js';

export interface SignOptionsInput {
  /** the first signs, every one verifies. A secret has at least 32 bytes, such as of `openssl rand -base64 32` */
  keys: readonly { readonly id: string; readonly secret: string | Uint8Array }[];
  /** default true: a message without signature is not run. false: while signing is being introduced */
  required?: boolean;
}

export interface EncryptOptionsInput {
  /** the first encrypts, every one decrypts. A key has 32 bytes, or is text of them in base64 or hex (`openssl rand -base64 32`) */
  keys: readonly { readonly id: string; readonly key: string | Uint8Array }[];
  /** default true: content that is not encrypted is refused. false: while encryption is being introduced */
  required?: boolean;
}

const KEY_ID = /^[\w.-]{1,64}$/;
const KEY_BYTES = 32;
/** replaces the given value in errors */
const HIDDEN = '[hidden]';

type RingName = 'sign' | 'encrypt';

/**
 * The keys of one option, as objects that show nothing when they are printed.
 * @throws InvalidOptionError, which names the place and never shows a secret · UnknownOptionError
 */
export function resolveKeyRing(name: RingName, input: SignOptionsInput | EncryptOptionsInput | undefined, where: string): KeyRing | null {
  if (input === undefined) return null;
  const material = name === 'sign' ? 'secret' : 'key';
  const { keys, required = true } = membersOf(input, name, ['keys', 'required'], where);
  if (!Array.isArray(keys) || keys.length === 0) throw new InvalidOptionError(`${name}.keys`, HIDDEN, `a list of { id, ${material} }`);
  if (typeof required !== 'boolean') throw new InvalidOptionError(`${name}.required`, required, 'true or false');
  const ids = new Set<string>();
  const ring = keys.map((entry: unknown, index) => {
    const place = `${name}.keys[${index}]`;
    const { id, [material]: given } = membersOf(entry, place, ['id', material], where);
    if (typeof id !== 'string' || !KEY_ID.test(id) || ids.has(id)) {
      throw new InvalidOptionError(`${place}.id`, id, 'a name of its own: 1 to 64 letters, digits, _, - or .');
    }
    ids.add(id);
    return Object.freeze({ id, key: name === 'sign' ? secretOf(given, place) : keyOf(given, place) });
  });
  return Object.freeze({ keys: Object.freeze(ring), required });
}

function membersOf(value: unknown, place: string, known: readonly string[], where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new InvalidOptionError(place, HIDDEN, `an object of ${known.join(' and ')}`);
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw new UnknownOptionError(key, `${where}, '${place}',`, known);
  }
  return value as Record<string, unknown>;
}

function secretOf(given: unknown, place: string): KeyObject {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  if (bytes instanceof Uint8Array && bytes.length >= KEY_BYTES) return createSecretKey(bytes);
  throw new InvalidOptionError(`${place}.secret`, HIDDEN, `text or bytes of at least ${KEY_BYTES} bytes: openssl rand -base64 32`);
}

function keyOf(given: unknown, place: string): KeyObject {
  const bytes = typeof given === 'string' ? Buffer.from(given, /^[\da-f]{64}$/i.test(given) ? 'hex' : 'base64') : given;
  if (bytes instanceof Uint8Array && bytes.length === KEY_BYTES) return createSecretKey(bytes);
  throw new InvalidOptionError(`${place}.key`, HIDDEN, `${KEY_BYTES} bytes, or text of them in base64 or hex: openssl rand -base64 32`);
}
