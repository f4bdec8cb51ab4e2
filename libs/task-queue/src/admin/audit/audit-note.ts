import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { rawOf } from '../http/request-state.js';
import type { IncomingMessage } from 'node:http';

/** What the handler of a request adds to its audit entry. */
export interface AuditNote {
  /** the object of the action */
  target?: string;
  /** the state before and after, or what was requested */
  change?: unknown;
}

type Routed = IncomingMessage & { readonly params?: Readonly<Record<string, string | undefined>> };

const notes = new WeakMap<IncomingMessage, AuditNote>();

/** Injects the note of this request. Its target is the first path parameter until the handler sets another. */
export const Note = createParamDecorator((_: unknown, context: ExecutionContext): AuditNote => noteOf(context));

export function noteOf(context: ExecutionContext): AuditNote {
  const request = context.switchToHttp().getRequest<Routed>();
  const known = notes.get(rawOf(request));
  if (known !== undefined) return known;
  const target = Object.values(request.params ?? {})[0];
  const note: AuditNote = target === undefined ? {} : { target };
  notes.set(rawOf(request), note);
  return note;
}
