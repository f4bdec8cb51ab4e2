import type { Listeners } from '../../attempt/listening/listeners.js';
import type { Codecs } from '../../message/codecs.js';
import type { KnownBroker } from '../../policies/engine-features.js';
import type { ClientOptions } from '../options/client-options.js';
import type { Routing } from '../routing/routing.js';

/** What a call is checked and completed with. */
export interface CallSurroundings {
  readonly client: ClientOptions;
  readonly codecs: Codecs;
  readonly broker: KnownBroker;
  /** null = the decorators decide */
  readonly routing: Routing | null;
  /** told of what is published; undefined = nobody */
  readonly listeners: Listeners | undefined;
  /** ids that nobody chose leave a trace, too: a relay may publish them twice */
  readonly traced?: boolean;
}
