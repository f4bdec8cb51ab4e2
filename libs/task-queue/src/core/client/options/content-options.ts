import { z } from 'zod';
import { InvalidOptionError } from '../../errors/option-errors.js';
import { PLAIN_CONTENT, type CompressionName, type ContentOptions, type SerializerName } from '../../message/content-options.js';
import { compressionField, countField, nameField, positiveField } from '../../options/check-options.js';
import { checkSerializer } from '../../policies/check-serializer.js';
import { resolveKeyRing, type EncryptOptionsInput, type SignOptionsInput } from './key-ring.js';

/** What `TaskQueueModule.forRoot` takes for the form in which arguments and results travel. */
export interface ContentOptionsInput {
  /**
   * how arguments and results are written: 'json' (default), 'extended-json' (also Date, bigint, Map, Set, Buffer),
   * 'msgpack' (npm install msgpackr), 'yaml' (npm install yaml)
   */
  serializer?: SerializerName;
  /** 'gzip' or 'brotli' makes content smaller that has at least `threshold` bytes (default 1024); default 'none' */
  compression?: CompressionName | { algorithm: CompressionName; threshold?: number };
  /** the serializers that may come in, and so go out; default: 'json' and `serializer` */
  acceptContent?: readonly SerializerName[];
  /** messages are signed with the first key, and run only if one of the keys has signed them */
  sign?: SignOptionsInput;
  /** arguments and results are encrypted with the first key, and decrypted with any */
  encrypt?: EncryptOptionsInput;
  /** bytes that compressed content may have when it is inflated; default 10 MB */
  maxInflatedBytes?: number;
  /** bytes of one stored result; a larger one ends the task as FAILURE; default 1 MB */
  maxResultBytes?: number;
}

const STANDARD = PLAIN_CONTENT.compression.threshold;

export const contentFields = {
  serializer: nameField.default('json').describe(nameField.description!),
  compression: z
    .union([
      compressionField.transform((algorithm) => ({ algorithm, threshold: STANDARD })),
      z.strictObject({ algorithm: compressionField, threshold: countField.default(STANDARD) }),
    ])
    .prefault('none')
    .describe("'gzip', 'brotli', 'none', or { algorithm, threshold } with a threshold in bytes"),
  acceptContent: z
    .array(z.string())
    .readonly()
    .refine((names) => names.length > 0)
    .optional()
    .describe('a list of at least one serializer'),
  // Keys never reach the errors that the door of options makes: those show values.
  sign: z.custom<SignOptionsInput>().optional(),
  encrypt: z.custom<EncryptOptionsInput>().optional(),
  maxInflatedBytes: positiveField.default(PLAIN_CONTENT.maxInflatedBytes).describe(positiveField.description!),
  maxResultBytes: positiveField.default(PLAIN_CONTENT.maxResultBytes).describe(positiveField.description!),
};

type CheckedContent = z.output<z.ZodObject<typeof contentFields>>;

/**
 * @param where whose options they are, for errors
 * @throws UnknownSerializerError · InvalidOptionError · UnknownOptionError
 */
export function resolveContentOptions(checked: CheckedContent, where: string): ContentOptions {
  const serializer = checkSerializer(checked.serializer, where);
  const acceptContent = checked.acceptContent?.map((name) => checkSerializer(name, where)) ?? [...new Set(['json' as const, serializer])];
  if (!acceptContent.includes(serializer)) {
    throw new InvalidOptionError('acceptContent', acceptContent, `a list with '${serializer}' too, which is the 'serializer' of ${where}`);
  }
  return {
    serializer,
    acceptContent: Object.freeze(acceptContent),
    compression: Object.freeze(checked.compression),
    sign: resolveKeyRing('sign', checked.sign, where),
    encrypt: resolveKeyRing('encrypt', checked.encrypt, where),
    maxInflatedBytes: checked.maxInflatedBytes,
    maxResultBytes: checked.maxResultBytes,
  };
}
