import { didYouMean } from './did-you-mean.js';
import { TaskQueueError } from './task-queue-error.js';

/** Formats that can run code or create objects of any class while they are decoded. */
const RUNS_CODE: ReadonlySet<string> = new Set([
  'pickle',
  'cloudpickle',
  'jsonpickle',
  'dill',
  'marshal',
  'shelve',
  'php',
  'node-serialize',
  'serialize-javascript',
  'serialize-to-js',
  'javascript',
  'eval',
]);

export class UnknownSerializerError extends TaskQueueError {
  readonly code = 'SERIALIZER_UNKNOWN';
  constructor(
    readonly serializer: string,
    where: string,
    known: readonly string[],
  ) {
    super(
      RUNS_CODE.has(serializer.toLowerCase())
        ? `${where}: the serializer '${serializer}' is refused, because decoding it can run code from a message: anyone who can ` +
            `write to the broker could run anything here. Use ${known.join(', ')}.`
        : `${where}: there is no serializer '${serializer}'.${didYouMean(serializer, known)}`,
    );
  }
}

/** Content of a type that is not in `acceptContent`. A message becomes a dead letter; a call, or reading a result, throws this error. */
export class ContentNotAcceptedError extends TaskQueueError {
  readonly code = 'CONTENT_NOT_ACCEPTED';
  /** @param problem the rest of a sentence about `what` */
  constructor(what: string, problem: string, accepted: readonly string[]) {
    super(`${what} is not accepted: ${problem}. 'acceptContent' of TaskQueueModule.forRoot accepts only [${accepted.join(', ')}].`);
  }
}

/** A message without a valid signature: it is unsigned, signed under an unknown key, or was changed afterwards. */
export class InvalidSignatureError extends TaskQueueError {
  readonly code = 'SIGNATURE_INVALID';
  constructor(
    readonly id: string,
    problem: string,
  ) {
    super(`The signature of message '${id}' is not valid: ${problem}.`);
  }
}

/** Arguments or a result that none of the configured keys can decrypt. */
export class UndecryptableContentError extends TaskQueueError {
  readonly code = 'CONTENT_UNDECRYPTABLE';
  constructor(what: string, problem: string) {
    super(`${what} cannot be decrypted: ${problem}.`);
  }
}
