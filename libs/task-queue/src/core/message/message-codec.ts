import { MalformedMessageError } from '../errors/call-errors.js';
import { ContentNotAcceptedError, InvalidSignatureError, UndecryptableContentError } from '../errors/content-errors.js';
import type { ContentCodec, PackedContent } from './content-codec.js';
import { ContentFault } from './content-fault.js';
import type { KeyRing } from './content-options.js';
import { MessageSigner } from './signature.js';
import type { TaskHeaders, TaskMessage } from './task-message.js';
import { contentFault, messageOf, readWire, writeWire, type MessageContent, type WireMessage } from './wire.js';

/**
 * Messages to bodies and back. A plain JSON message costs one question more than without all that can be asked for;
 * any other is packed and signed on its way out, and checked, unpacked and validated on its way in.
 */
export class MessageCodec {
  readonly #signer: MessageSigner | undefined;
  /** a plain body needs no check */
  readonly #trusts: boolean;

  constructor(
    readonly content: ContentCodec,
    sign: KeyRing | null,
  ) {
    this.#signer = sign === null ? undefined : new MessageSigner(sign);
    this.#trusts = this.#signer === undefined && content.acceptsPlain;
  }

  /** The body of a message, in the form that its headers name. Its arguments must have passed `findJsonProblem`. */
  encode(message: TaskMessage): string {
    if (this.#signer === undefined && this.content.isPlain(message.headers)) return writeWire(message);
    const body = writeWire(message, this.#pack(message));
    return this.#signer === undefined ? body : this.#signer.sign(message.id, body);
  }

  /**
   * @throws MalformedMessageError it is no message of a version that this one can read, or its content is broken ·
   *   InvalidSignatureError · ContentNotAcceptedError · UndecryptableContentError
   */
  decode(id: string, body: string): TaskMessage {
    const wire = readWire(id, body);
    if (this.#trusts && wire.b === undefined) return messageOf(id, wire);
    const problem = this.#signer?.findProblem(id, body);
    if (problem !== undefined) throw new InvalidSignatureError(id, problem);
    try {
      return messageOf(id, wire, this.#unpack(id, wire));
    } catch (error) {
      throw error instanceof ContentFault ? this.#errorOf(id, error) : error;
    }
  }

  #pack(message: TaskMessage): PackedContent | undefined {
    if (this.content.isPlain(message.headers)) return undefined;
    const { args, kwargs } = message;
    const { link, linkError } = message.headers;
    const value = link === null && linkError === null ? [args, kwargs] : [args, kwargs, link, linkError];
    return this.content.pack(value, message.headers, ownerOf(message.id, message.task));
  }

  #unpack(id: string, wire: WireMessage): MessageContent | undefined {
    if (wire.b === undefined) {
      this.content.refuseUnencrypted();
      if (!this.content.accepts('json')) throw new ContentFault('notAccepted', "its content type is 'json'");
      return undefined;
    }
    const value = this.content.unpack(wire.b, ownerOf(id, wire.t));
    if (!Array.isArray(value)) throw new ContentFault('malformed', 'its content is not a list');
    const [args = [], kwargs = {}, link, linkError] = (value as unknown[]).map((part) => part ?? undefined);
    const fault = contentFault(args, kwargs, link, linkError);
    if (fault !== undefined) throw new ContentFault('malformed', fault);
    return { args, kwargs, link, linkError } as MessageContent;
  }

  #errorOf(id: string, { kind, problem, cause }: ContentFault): Error {
    const what = `The content of message '${id}'`;
    if (kind === 'notAccepted') return new ContentNotAcceptedError(what, problem, this.content.acceptContent);
    if (kind === 'undecryptable') return new UndecryptableContentError(what, problem);
    return new MalformedMessageError(id, problem, { cause });
  }
}

/** A message as its envelope tells, without its content where that is packed. */
export interface Envelope {
  readonly message: TaskMessage;
  /** its arguments are not in the open: they are not in `message` */
  readonly packed: boolean;
}

/** What can be read of a body without opening its content, unchecked; undefined where it is no message at all. */
export function readEnvelope(id: string, body: string): Envelope | undefined {
  try {
    const wire = readWire(id, body);
    return { message: messageOf(id, wire), packed: wire.b !== undefined };
  } catch {
    return undefined;
  }
}

/** The headers of a body whose content cannot be taken in, unchecked; undefined where it is no message at all. */
export function readHeaders(id: string, body: string): TaskHeaders | undefined {
  return readEnvelope(id, body)?.message.headers;
}

function ownerOf(id: string, task: string): readonly unknown[] {
  return ['message', id, task];
}
