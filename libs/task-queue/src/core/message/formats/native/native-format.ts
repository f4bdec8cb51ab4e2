import { MalformedMessageError } from '../../../errors/call-errors.js';
import { ContentNotAcceptedError, InvalidSignatureError, UndecryptableContentError } from '../../../errors/content-errors.js';
import type { CarriedMessage, EncodedMessage, Envelope, MessageFormat } from '../../../ports/broker/message-format.js';
import type { ContentCodec, PackedContent } from '../../content-codec.js';
import { ContentFault } from '../../content-fault.js';
import type { KeyRing } from '../../content-options.js';
import type { TaskMessage } from '../../task-message.js';
import { MessageSigner } from './message-signer.js';
import { contentFault, messageOf, readWire, writeWire, type MessageContent, type WireMessage } from './wire.js';

/**
 * Our own format: one JSON body and no broker headers. Plain JSON content is written as it is. All other content is packed
 * and signed when it is sent, and verified, unpacked and validated when it is received.
 */
export class NativeFormat implements MessageFormat {
  readonly #signer: MessageSigner | undefined;
  /** plain bodies need no check */
  readonly #trusts: boolean;

  constructor(
    private readonly content: ContentCodec,
    sign: KeyRing | null,
  ) {
    this.#signer = sign === null ? undefined : new MessageSigner(sign);
    this.#trusts = this.#signer === undefined && content.acceptsPlain;
  }

  encode(message: TaskMessage): EncodedMessage {
    if (this.#signer === undefined && this.content.isPlain(message.headers)) return { body: writeWire(message) };
    const body = writeWire(message, this.#pack(message));
    return { body: this.#signer === undefined ? body : this.#signer.sign(message.id, body) };
  }

  decode({ id, body }: CarriedMessage): TaskMessage {
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

  /** Needs no keys and no serializers. */
  peek({ id, body }: CarriedMessage): Envelope | undefined {
    try {
      const wire = readWire(id, body);
      return { message: messageOf(id, wire), packed: wire.b !== undefined };
    } catch {
      return undefined;
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
      this.content.refusePlain();
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

function ownerOf(id: string, task: string): readonly unknown[] {
  return ['message', id, task];
}
