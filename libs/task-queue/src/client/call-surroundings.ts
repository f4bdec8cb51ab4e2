import type { Listeners } from '../attempt/listeners.js';
import type { Codecs } from '../message/open-codecs.js';
import type { ClientOptions } from './client-options.js';
import type { Routing } from './routing.js';

/** What a call is checked and completed with. */
export interface CallSurroundings {
  readonly client: ClientOptions;
  readonly codecs: Codecs;
  /** null = the decorators decide */
  readonly routing: Routing | null;
  /** told of what is published; undefined = nobody */
  readonly listeners: Listeners | undefined;
}
