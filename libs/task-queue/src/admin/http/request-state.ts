import type { IncomingMessage } from 'node:http';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';

/** State of a request that the entry middleware keeps for the guard, the audit log and the problem filter. */
export interface RequestState {
  /** appears in the answer, in the log and in the audit log */
  readonly id: string;
  /** address of the client; '' until it is known */
  address: string;
  /** set once the caller is authenticated */
  actor?: AdminActor;
}

const states = new WeakMap<IncomingMessage, RequestState>();

/** Express passes Node's request, Fastify wraps it. */
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
  if (state === undefined) throw new Error('The request did not pass the entry middleware of the admin API.');
  return state;
}
