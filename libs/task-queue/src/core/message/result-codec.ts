import { ContentNotAcceptedError, UndecryptableContentError } from '../errors/content-errors.js';
import { MalformedResultError, ResultNotSerializableError, ResultTooLargeError } from '../errors/result-errors.js';
import { packedFault, type ContentCodec, type ContentForm } from './content-codec.js';
import { ContentFault } from './content-fault.js';
import { findJsonProblem } from './plain-json.js';
import { surelyFits } from './size-bound.js';
import type { TaskMessage } from './task-message.js';
import type { SerializedError, TaskResultRecord } from './task-result.js';

/** The content of a record, written in the form of its message. */
const CONTENT = ['result', 'meta', 'call'] as const;
/** The content of an encrypted record: errors may quote arguments. */
const SECRET = [...CONTENT, 'error'] as const;

/** Converts results to stored records and back. A result has the form of its call. */
export class ResultCodec {
  constructor(
    private readonly content: ContentCodec,
    private readonly maxBytes: number,
  ) {}

  /**
   * Why a value cannot be stored as the result (or the progress) of a task; undefined when it can.
   * @param root the name of the value in the error
   */
  findProblem(message: TaskMessage, value: unknown, root = 'result'): ResultNotSerializableError | ResultTooLargeError | undefined {
    const { task, headers } = message;
    const found = findJsonProblem(value, root, headers.contentType !== 'json');
    if (found !== undefined) return new ResultNotSerializableError(task, found.path, found.problem, found.fix);
    if (surelyFits(value, this.maxBytes, headers.contentType !== 'json')) return undefined;
    const bytes = this.#measure(value, headers);
    return bytes > this.maxBytes ? new ResultTooLargeError(task, bytes, this.maxBytes) : undefined;
  }

  /** An error as it may be stored in clear beside the result: without its text when results are encrypted. */
  showable<E extends SerializedError | undefined>(error: E): E {
    if (error === undefined || !this.content.canEncrypt) return error;
    const { type, code } = error;
    return { type, message: 'encrypted, see the result', ...(code === undefined ? {} : { code }) } as E;
  }

  /** The record as it is stored. */
  seal(record: TaskResultRecord, form: ContentForm): TaskResultRecord {
    if (this.content.isPlain(form)) return record;
    const inside: Record<string, unknown> = {};
    const outside: Record<string, unknown> = { ...record };
    for (const name of this.content.encrypts(form) ? SECRET : CONTENT) {
      if (record[name] === undefined) continue;
      inside[name] = record[name];
      delete outside[name];
    }
    if (Object.keys(inside).length === 0) return record;
    const content = this.content.pack(inside, form, ownerOf(record));
    return content === undefined ? record : ({ ...outside, content } as TaskResultRecord);
  }

  /**
   * The record as it was before it was stored.
   * @throws ContentNotAcceptedError · UndecryptableContentError · MalformedResultError
   */
  open(record: TaskResultRecord): TaskResultRecord {
    if (record.content === undefined && this.content.acceptsPlain) return record;
    try {
      return this.#open(record);
    } catch (error) {
      throw error instanceof ContentFault ? this.#errorOf(record.id, error) : error;
    }
  }

  #open({ content, ...outside }: TaskResultRecord): TaskResultRecord {
    if (content === undefined) {
      if (CONTENT.some((name) => outside[name] !== undefined)) this.content.refusePlain();
      return outside;
    }
    const fault = packedFault(content);
    if (fault !== undefined) throw new ContentFault('malformed', fault);
    const inside = this.content.unpack(content, ownerOf(outside));
    if (typeof inside !== 'object' || inside === null) throw new ContentFault('malformed', 'its content is not an object');
    const known = SECRET.filter((name) => Object.hasOwn(inside, name));
    return { ...outside, ...Object.fromEntries(known.map((name) => [name, (inside as TaskResultRecord)[name]])) };
  }

  #measure(value: unknown, form: ContentForm): number {
    const packed = this.content.isPlain(form) ? undefined : this.content.pack({ result: value }, form, []);
    return Buffer.byteLength(packed === undefined ? JSON.stringify(value) : packed.d);
  }

  #errorOf(id: string, { kind, problem }: ContentFault): Error {
    const what = `The result of task ${id}`;
    if (kind === 'notAccepted') return new ContentNotAcceptedError(what, problem, this.content.acceptContent);
    return kind === 'undecryptable' ? new UndecryptableContentError(what, problem) : new MalformedResultError(id, problem);
  }
}

function ownerOf({ id, state, retries }: TaskResultRecord): readonly unknown[] {
  return ['result', id, state, retries];
}
