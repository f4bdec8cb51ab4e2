import type { TaskMessage } from '../../message/task-message.js';

/** A message as a broker carries it. */
export interface EncodedMessage {
  readonly body: string;
  /**
   * Fields that the message format keeps outside of the body, such as Celery's `task` and `eta`. A transport whose broker has
   * message headers sends them and hands them out with the delivery; other transports ignore them. The native format has none.
   */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** An encoded message with the id and the queue under which its broker keeps it. */
export interface CarriedMessage extends EncodedMessage {
  readonly id: string;
  readonly queue: string;
}

/** The readable part of a message whose content may be compressed or encrypted. */
export interface Envelope {
  /** without its arguments and links where these are packed */
  readonly message: TaskMessage;
  readonly packed: boolean;
}

/** How messages are written to and read from the queues of one broker. */
export interface MessageFormat {
  /** The arguments of the message must have passed `findJsonProblem`. */
  encode(message: TaskMessage): EncodedMessage;
  /**
   * @throws MalformedMessageError · InvalidSignatureError · ContentNotAcceptedError · UndecryptableContentError
   */
  decode(message: CarriedMessage): TaskMessage;
  /** Reads a message without opening or verifying its content; undefined = it is not a message of this format. */
  peek(message: CarriedMessage): Envelope | undefined;
}
