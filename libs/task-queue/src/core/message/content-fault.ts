/** Why content is refused: it is broken, of a type that is not accepted, or the keys here do not decrypt it. */
export type ContentFaultKind = 'malformed' | 'notAccepted' | 'undecryptable';

/** Thrown within the codecs, which translate it to the error of the message or result. */
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
