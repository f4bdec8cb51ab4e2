import type { IncomingMessage } from 'node:http';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';

/** What is known of a request beside what it says. */
export interface RequestState {
  /** names it in its answer, in the log and in the audit log */
  readonly id: string;
  /** of the client, once it is looked at; '' = not known */
  address: string;
  /** once it is let in */
  actor?: AdminActor;
}

const states = new WeakMap<IncomingMessage, RequestState>();

/** A request as Express has it is that of Node; that of Fastify has it within. */
type AnyRequest = IncomingMessage | { readonly raw: IncomingMessage };

export function rawOf(request: AnyRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

export function openState(request: IncomingMessage, id: string): RequestState {
  const state: RequestState = { id, address: '' };
  states.set(request, state);
  return state;
}

export function stateOf(request: AnyRequest): RequestState {
  const state = states.get(rawOf(request));
  if (state === undefined) throw new Error('The request has not come through the door of the admin API.');
  return state;
}
