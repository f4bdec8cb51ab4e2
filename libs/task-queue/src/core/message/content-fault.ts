/** Why content cannot be taken in: broken, of a type that is not accepted, or not to be decrypted with the keys at hand. */
export type ContentFaultKind = 'malformed' | 'notAccepted' | 'undecryptable';

/** Thrown within the codecs, which turn it into the error of the message or result it belongs to. */
export class ContentFault extends Error {
  /** @param problem the end of a sentence about the content: 'it is not encrypted' */
  constructor(
    readonly kind: ContentFaultKind,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(problem, options);
  }
}
