import { MalformedMessageError } from '../errors/call-errors.js';
import { isCompression } from './compression.js';
import type { PackedContent } from './content-codec.js';
import { NO_ATTEMPTS, type FailedAttempt } from './failed-attempt.js';
import type { FollowUp } from './follow-up.js';
import { DEFAULT_PRIORITY, NO_TAGS, type TaskHeaders, type TaskMessage } from './task-message.js';

/**
 * The wire form of a message: one JSON object with short keys, in which what is usual is left out. The id is not part of
 * it, because the broker keeps the body under the id. `v` is the least version that can read it; absent = 1. A signed
 * message has one member more, at its end (see signature.ts).
 */
export interface WireMessage {
  v?: number;
  t: string;
  a?: unknown[];
  k?: Record<string, unknown>;
  q: string;
  /** sentAt */
  s: number;
  /** origin */
  o: string;
  r?: number;
  root?: string;
  parent?: string;
  group?: string;
  eta?: number;
  exp?: number;
  p?: number;
  tl?: number;
  stl?: number;
  lang?: string;
  /** compression that is asked for */
  z?: string;
  /** packed content, instead of `a`, `k`, `ln` and `le`; since version 2 */
  b?: PackedContent;
  ir?: boolean;
  parked?: number;
  tr?: 1;
  tp?: string;
  h?: Record<string, unknown>;
  /** shadow */
  sh?: string;
  /** link */
  ln?: readonly FollowUp[];
  /** linkError */
  le?: readonly FollowUp[];
  /** redrives */
  rd?: number;
  /** tags */
  tg?: readonly string[];
  /** attempts that failed */
  fa?: readonly FailedAttempt[];
}

/** What a packed message holds. */
export interface MessageContent {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly link?: readonly FollowUp[];
  readonly linkError?: readonly FollowUp[];
}

/** the newest version that can be read */
export const WIRE_VERSION = 2;

/**
 * The body of a message. Arguments must have passed `findJsonProblem`.
 * @param packed its content, where that does not travel as plain JSON
 */
export function writeWire(message: TaskMessage, packed?: PackedContent): string {
  const { headers } = message;
  const wire: WireMessage = { t: message.task, q: headers.queue, s: headers.sentAt, o: headers.origin };
  if (packed !== undefined) {
    wire.v = 2;
    wire.b = packed;
  } else encodeContent(message, wire);
  if (headers.retries > 0) wire.r = headers.retries;
  if (headers.rootId !== message.id) wire.root = headers.rootId;
  if (headers.parentId !== null) wire.parent = headers.parentId;
  if (headers.groupId !== null) wire.group = headers.groupId;
  if (headers.eta !== null) wire.eta = headers.eta;
  if (headers.expires !== null) wire.exp = headers.expires;
  if (headers.priority !== DEFAULT_PRIORITY) wire.p = headers.priority;
  encodeRareHeaders(headers, wire);
  return JSON.stringify(wire);
}

function encodeContent({ args, kwargs, headers }: TaskMessage, wire: WireMessage): void {
  if (args.length > 0) wire.a = args as unknown[];
  if (hasKeys(kwargs)) wire.k = kwargs as Record<string, unknown>;
  if (headers.link !== null) wire.ln = headers.link;
  if (headers.linkError !== null) wire.le = headers.linkError;
}

function encodeRareHeaders(headers: TaskHeaders, wire: WireMessage): void {
  if (headers.timeLimit !== null) wire.tl = headers.timeLimit;
  if (headers.softTimeLimit !== null) wire.stl = headers.softTimeLimit;
  if (headers.lang !== 'js') wire.lang = headers.lang;
  if (headers.compression !== null) wire.z = headers.compression;
  if (headers.ignoreResult !== null) wire.ir = headers.ignoreResult;
  if (headers.parkedSince !== null) wire.parked = headers.parkedSince;
  if (headers.traced) wire.tr = 1;
  if (headers.traceparent !== null) wire.tp = headers.traceparent;
  if (hasKeys(headers.custom)) wire.h = headers.custom as Record<string, unknown>;
  if (headers.shadow !== null) wire.sh = headers.shadow;
  if (headers.redrives > 0) wire.rd = headers.redrives;
  if (headers.tags.length > 0) wire.tg = headers.tags;
  if (headers.attempts.length > 0) wire.fa = headers.attempts;
}

/** The message of a body that was read, with its own content or with that which was packed. */
export function messageOf(id: string, wire: WireMessage, content: MessageContent = plainContent(wire)): TaskMessage {
  const headers: TaskHeaders = {
    queue: wire.q,
    rootId: wire.root ?? id,
    parentId: wire.parent ?? null,
    groupId: wire.group ?? null,
    retries: wire.r ?? 0,
    eta: wire.eta ?? null,
    expires: wire.exp ?? null,
    priority: wire.p ?? DEFAULT_PRIORITY,
    timeLimit: wire.tl ?? null,
    softTimeLimit: wire.stl ?? null,
    origin: wire.o,
    lang: wire.lang ?? 'js',
    contentType: wire.b?.ct ?? 'json',
    compression: wire.z ?? null,
    encrypted: wire.b?.k !== undefined,
    ignoreResult: wire.ir ?? null,
    sentAt: wire.s,
    parkedSince: wire.parked ?? null,
    traced: wire.tr === 1,
    traceparent: wire.tp ?? null,
    shadow: wire.sh ?? null,
    link: content.link ?? null,
    linkError: content.linkError ?? null,
    redrives: wire.rd ?? 0,
    tags: wire.tg ?? NO_TAGS,
    attempts: wire.fa ?? NO_ATTEMPTS,
    custom: wire.h ?? NO_KEYS,
  };
  return Object.freeze({ id, task: wire.t, args: content.args, kwargs: content.kwargs, headers: Object.freeze(headers) });
}

function plainContent(wire: WireMessage): MessageContent {
  return { args: wire.a ?? NO_ARGS, kwargs: wire.k ?? NO_KEYS, link: wire.ln, linkError: wire.le };
}

const NO_ARGS: readonly unknown[] = Object.freeze([]);
const NO_KEYS: Readonly<Record<string, unknown>> = Object.freeze({});

/** @throws MalformedMessageError when the body is no message of a version that this one can read */
export function readWire(id: string, body: string): WireMessage {
  let wire: unknown;
  try {
    wire = JSON.parse(body);
  } catch {
    throw new MalformedMessageError(id, 'its body is not JSON');
  }
  if (typeof wire !== 'object' || wire === null || Array.isArray(wire)) throw new MalformedMessageError(id, 'its body is not an object');
  const fault = faultOf(wire as Partial<WireMessage>);
  if (fault !== undefined) throw new MalformedMessageError(id, fault);
  return wire as WireMessage;
}

function faultOf(wire: Partial<WireMessage>): string | undefined {
  if (wire.v !== undefined && !(isCount(wire.v) && wire.v > 0 && wire.v <= WIRE_VERSION))
    return `its format is version ${String(wire.v)}, and this worker reads 1 to ${WIRE_VERSION}`;
  if (typeof wire.t !== 'string' || wire.t === '') return "it has no task name ('t')";
  if (typeof wire.q !== 'string') return "it has no queue ('q')";
  if (wire.h !== undefined && !isRecord(wire.h)) return "its headers ('h') are not an object";
  if (typeof wire.s !== 'number' || typeof wire.o !== 'string') return "it does not say when ('s') and by whom ('o') it was sent";
  if (wire.r !== undefined && !isCount(wire.r)) return "its retries ('r') are not a whole number";
  if (wire.p !== undefined && !(isCount(wire.p) && wire.p <= 9)) return "its priority ('p') is not 0–9";
  if (wire.tg !== undefined && !areTexts(wire.tg)) return "its tags ('tg') are no texts";
  if (wire.fa !== undefined && !Array.isArray(wire.fa)) return "its failed attempts ('fa') are not a list";
  for (const key of ['eta', 'exp', 'tl', 'stl', 'parked'] as const) {
    if (wire[key] !== undefined && typeof wire[key] !== 'number') return `its '${key}' is not a number`;
  }
  if (wire.z !== undefined && !isCompression(wire.z)) return `its compression '${String(wire.z)}' is unknown here`;
  return wire.b === undefined ? contentFault(wire.a, wire.k, wire.ln, wire.le) : packedFault(wire.b);
}

/** What is wrong with the content of a message; undefined when nothing is. */
export function contentFault(args: unknown, kwargs: unknown, link: unknown, linkError: unknown): string | undefined {
  if (args !== undefined && !Array.isArray(args)) return "its arguments ('a') are not a list";
  if (kwargs !== undefined && !isRecord(kwargs)) return "its named arguments ('k') are not an object";
  if (link !== undefined && !areFollowUps(link)) return "its links ('ln') are no calls";
  if (linkError !== undefined && !areFollowUps(linkError)) return "its error links ('le') are no calls";
  return undefined;
}

/** What is wrong with the frame of packed content. */
export function packedFault(packed: unknown): string | undefined {
  const { ct, z, k, d } = (isRecord(packed) ? packed : {}) as Partial<PackedContent>;
  const isOptional = (value: unknown) => value === undefined || typeof value === 'string';
  return typeof ct === 'string' && typeof d === 'string' && isOptional(z) && isOptional(k) ? undefined : "its packed content ('b') is none";
}

function areFollowUps(value: unknown): boolean {
  return Array.isArray(value) && value.every((one: unknown) => isRecord(one) && isFollowUp(one as Partial<FollowUp>));
}

function isFollowUp({ task, args, queue }: Partial<FollowUp>): boolean {
  return typeof task === 'string' && task !== '' && Array.isArray(args) && typeof queue === 'string';
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}
