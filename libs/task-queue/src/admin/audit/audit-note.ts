import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { rawOf } from '../http/request-state.js';
import type { IncomingMessage } from 'node:http';

/** What a handler says of itself for the audit log. */
export interface AuditNote {
  /** what it is done to */
  target?: string;
  /** what that was before and after, or what was asked for */
  change?: unknown;
}

type Routed = IncomingMessage & { readonly params?: Readonly<Record<string, string | undefined>> };

const notes = new WeakMap<IncomingMessage, AuditNote>();

/** The note of this request, for its handler to fill in. Its target is the first parameter of the path, unless that says otherwise. */
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
