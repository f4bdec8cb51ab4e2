import { MalformedMessageError } from '../../../errors/call-errors.js';
import { isCompression } from '../../compression.js';
import { packedFault, type PackedContent } from '../../content-codec.js';
import { DEFAULT_PRIORITY, newHeaders, NO_ARGS, NO_KEYS, type CallPlan, type TaskHeaders, type TaskMessage } from '../../task-message.js';

/**
 * The body of a message: one JSON object with short keys that leaves defaults out. The broker keeps the id beside it. A signed
 * body has one member more at its end (see message-signer.ts).
 */
export interface WireMessage {
  /** the lowest version that can read it; absent = 1 */
  v?: number;
  t: string;
  q: string;
  /** sentAt */
  s: number;
  /** origin */
  o: string;
  a?: unknown[];
  k?: Record<string, unknown>;
  ln?: readonly CallPlan[];
  le?: readonly CallPlan[];
  /** packed content, instead of `a`, `k`, `ln` and `le`; since version 2 */
  b?: PackedContent;
  /** traced */
  tr?: 1;
  root?: string;
  /** the other headers, by the keys of {@link FIELDS} */
  [header: string]: unknown;
}

/** What a packed message holds. */
export interface MessageContent {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly link?: readonly CallPlan[];
  readonly linkError?: readonly CallPlan[];
}

/** the newest version that can be read */
export const WIRE_VERSION = 2;

interface Kind {
  readonly must: string;
  is(value: unknown): boolean;
}

const NUMBER: Kind = { must: 'be a number', is: (value) => typeof value === 'number' };
const COUNT: Kind = { must: 'be a whole number', is: isCount };
const LIST: Kind = { must: 'be a list', is: Array.isArray };
const OBJECT: Kind = { must: 'be an object', is: isRecord };
const PRIORITY: Kind = { must: 'be 0–9', is: (value) => isCount(value) && value <= 9 };
const STRINGS: Kind = { must: 'be strings', is: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string') };
const COMPRESSION: Kind = { must: 'be known here', is: isCompression };
const ANY: Kind = { must: 'be anything', is: () => true };

type Special = 'queue' | 'sentAt' | 'origin' | 'rootId' | 'traced' | 'contentType' | 'encrypted' | 'link' | 'linkError';

/** Headers that are left out where they have their default: their keys, and what is checked of them when they are read. */
const FIELDS: { readonly [H in Exclude<keyof TaskHeaders, Special>]: readonly [key: string, kind: Kind] } = {
  retries: ['r', COUNT],
  parentId: ['parent', ANY],
  groupId: ['group', ANY],
  eta: ['eta', NUMBER],
  expires: ['exp', NUMBER],
  priority: ['p', PRIORITY],
  timeLimit: ['tl', NUMBER],
  softTimeLimit: ['stl', NUMBER],
  lang: ['lang', ANY],
  compression: ['z', COMPRESSION],
  ignoreResult: ['ir', ANY],
  parkedSince: ['parked', NUMBER],
  traceparent: ['tp', ANY],
  custom: ['h', OBJECT],
  shadow: ['sh', ANY],
  redrives: ['rd', ANY],
  tags: ['tg', STRINGS],
  attempts: ['fa', LIST],
};

const BY_KEY = new Map(Object.entries(FIELDS).map(([header, [key, kind]]) => [key, { header, kind }]));

/**
 * The body of a message. Its arguments must have passed `findJsonProblem`.
 * @param packed its content, where that does not travel as plain JSON
 */
export function writeWire(message: TaskMessage, packed?: PackedContent): string {
  const { args, kwargs, headers } = message;
  const wire: WireMessage = { t: message.task, q: headers.queue, s: headers.sentAt, o: headers.origin };
  if (packed !== undefined) {
    wire.v = 2;
    wire.b = packed;
  } else {
    if (args.length > 0) wire.a = args as unknown[];
    if (!isEmpty(kwargs)) wire.k = kwargs;
    if (headers.link !== null) wire.ln = headers.link;
    if (headers.linkError !== null) wire.le = headers.linkError;
  }
  if (headers.rootId !== message.id) wire.root = headers.rootId;
  writeHeaders(headers, wire);
  return JSON.stringify(wire);
}

/** Statement by statement: a loop over {@link FIELDS} takes as long as the rest of the encoding. */
function writeHeaders(headers: TaskHeaders, wire: WireMessage): void {
  if (headers.retries > 0) wire.r = headers.retries;
  if (headers.parentId !== null) wire.parent = headers.parentId;
  if (headers.groupId !== null) wire.group = headers.groupId;
  if (headers.eta !== null) wire.eta = headers.eta;
  if (headers.expires !== null) wire.exp = headers.expires;
  if (headers.priority !== DEFAULT_PRIORITY) wire.p = headers.priority;
  if (headers.timeLimit !== null) wire.tl = headers.timeLimit;
  if (headers.softTimeLimit !== null) wire.stl = headers.softTimeLimit;
  if (headers.lang !== 'js') wire.lang = headers.lang;
  if (headers.compression !== null) wire.z = headers.compression;
  if (headers.ignoreResult !== null) wire.ir = headers.ignoreResult;
  if (headers.parkedSince !== null) wire.parked = headers.parkedSince;
  if (headers.traced) wire.tr = 1;
  if (headers.traceparent !== null) wire.tp = headers.traceparent;
  if (!isEmpty(headers.custom)) wire.h = headers.custom;
  if (headers.shadow !== null) wire.sh = headers.shadow;
  if (headers.redrives > 0) wire.rd = headers.redrives;
  if (headers.tags.length > 0) wire.tg = headers.tags;
  if (headers.attempts.length > 0) wire.fa = headers.attempts;
}

/** The message of a body that was read, with its own content or with the content that was packed. */
export function messageOf(id: string, wire: WireMessage, content: MessageContent = plainContent(wire)): TaskMessage {
  const headers = newHeaders(wire.root ?? id, wire.q, wire.o, wire.s, wire.tr === 1);
  if (wire.b !== undefined) {
    headers.contentType = wire.b.ct;
    headers.encrypted = wire.b.k !== undefined;
  }
  headers.link = content.link ?? null;
  headers.linkError = content.linkError ?? null;
  for (const key in wire) {
    const field = BY_KEY.get(key);
    if (field !== undefined && wire[key] !== null) (headers as unknown as Record<string, unknown>)[field.header] = wire[key];
  }
  return Object.freeze({ id, task: wire.t, args: content.args, kwargs: content.kwargs, headers: Object.freeze(headers) });
}

function plainContent({ a = NO_ARGS as unknown[], k = NO_KEYS, ln, le }: WireMessage): MessageContent {
  return { args: a, kwargs: k, link: ln, linkError: le };
}

/** @throws MalformedMessageError when the body is not a message of a version that can be read here */
export function readWire(id: string, body: string): WireMessage {
  let wire: unknown;
  try {
    wire = JSON.parse(body);
  } catch {
    throw new MalformedMessageError(id, 'its body is not JSON');
  }
  if (!isRecord(wire)) throw new MalformedMessageError(id, 'its body is not an object');
  const fault = faultOf(wire);
  if (fault !== undefined) throw new MalformedMessageError(id, fault);
  return wire as WireMessage;
}

function faultOf(wire: Partial<WireMessage>): string | undefined {
  if (wire.v !== undefined && !(isCount(wire.v) && wire.v > 0 && wire.v <= WIRE_VERSION))
    return `its format is version ${String(wire.v)}, and this worker reads 1 to ${WIRE_VERSION}`;
  if (typeof wire.t !== 'string' || wire.t === '') return "it has no task name ('t')";
  if (typeof wire.q !== 'string') return "it has no queue ('q')";
  if (typeof wire.s !== 'number' || typeof wire.o !== 'string') return "it does not say when ('s') and by whom ('o') it was sent";
  for (const key in wire) {
    const field = BY_KEY.get(key);
    if (field === undefined || field.kind.is(wire[key])) continue;
    return `its ${field.header} ('${key}') must ${field.kind.must}`;
  }
  return wire.b === undefined ? contentFault(wire.a, wire.k, wire.ln, wire.le) : packedFault(wire.b);
}

/** What is wrong with the content of a message; undefined when nothing is. */
export function contentFault(args: unknown, kwargs: unknown, link: unknown, linkError: unknown): string | undefined {
  if (args !== undefined && !Array.isArray(args)) return "its arguments ('a') are not a list";
  if (kwargs !== undefined && !isRecord(kwargs)) return "its named arguments ('k') are not an object";
  if (link !== undefined && !arePlans(link)) return "its links ('ln') are not calls";
  if (linkError !== undefined && !arePlans(linkError)) return "its error links ('le') are not calls";
  return undefined;
}

function arePlans(value: unknown): boolean {
  return Array.isArray(value) && value.every((one: unknown) => isRecord(one) && isPlan(one as Partial<CallPlan>));
}

function isPlan({ task, args, queue }: Partial<CallPlan>): boolean {
  return typeof task === 'string' && task !== '' && Array.isArray(args) && typeof queue === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
