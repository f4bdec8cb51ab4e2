import type { CarriedMessage, EncodedMessage, Envelope, MessageFormat } from '../ports/broker/message-format.js';
import { ContentCodec } from './content-codec.js';
import type { ContentOptions } from './content-options.js';
import { NativeFormat } from './formats/native/native-format.js';
import { ResultCodec } from './result-codec.js';
import { loadSerializers } from './serializers/load-serializers.js';
import type { TaskMessage } from './task-message.js';

/** How messages and results of one queue instance are written and read. */
export interface Codecs {
  readonly content: ContentCodec;
  readonly messages: MessageCodec;
  readonly results: ResultCodec;
}

/** Writes and reads each message in the format of its queue. */
export class MessageCodec implements MessageFormat {
  /** @param formatOf the format of a queue */
  constructor(private readonly formatOf: (queue: string) => MessageFormat) {}

  encode(message: TaskMessage): EncodedMessage {
    return this.formatOf(message.headers.queue).encode(message);
  }

  decode(message: CarriedMessage): TaskMessage {
    return this.formatOf(message.queue).decode(message);
  }

  peek(message: CarriedMessage): Envelope | undefined {
    return this.formatOf(message.queue).peek(message);
  }
}

/**
 * Loads the serializers of `acceptContent`; no others are used for sending either.
 * @throws DriverMissingError
 */
export async function openCodecs(options: ContentOptions): Promise<Codecs> {
  const content = new ContentCodec(options, await loadSerializers(options.acceptContent));
  const native = new NativeFormat(content, options.sign);
  return { content, messages: new MessageCodec(() => native), results: new ResultCodec(content, options.maxResultBytes) };
}
