import { composeAround, type Around } from '../../attempt/around.js';
import { announcePublish, announcePublished } from '../../attempt/listening/announce-publish.js';
import type { Listeners } from '../../attempt/listening/listeners.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Publication, PublishReceipt } from '../../ports/broker/publication.js';
import type { LaunchedCall } from '../call/launch-call.js';

/** One receipt for each call, in order; null = the call was not sent. */
export type PublishReceipts = readonly (PublishReceipt | null)[];
export type PublishCalls = (calls: readonly LaunchedCall[]) => Promise<PublishReceipts>;
export type AroundPublish = Around<readonly LaunchedCall[], Promise<PublishReceipts>>;

/** Told of each call that the broker has accepted and did not know before. */
export type OnSent = (message: TaskMessage, publication: Publication) => void;

export interface PublishingLayers {
  readonly listeners: Listeners | undefined;
  readonly onSent: OnSent | undefined;
  /** the call with a message that a listener has changed */
  withMessage(call: LaunchedCall, message: TaskMessage): LaunchedCall;
}

/**
 * The layers around publishing, outermost first.
 * @param isFinal false: a transaction holds the calls back, so `after_task_publish` is not emitted here
 * @returns the layers in use now; undefined = none
 */
export function aroundPublishing(layers: PublishingLayers, isFinal: boolean): () => AroundPublish | undefined {
  const { listeners, onSent } = layers;
  const sent = onSent && tellSent(onSent);
  if (listeners === undefined) return () => sent;
  const withSignals = composeAround([emitSignals(layers, listeners, isFinal), sent]);
  return () => {
    // Listeners are registered during the boot, after the client was made.
    const { before_task_publish: before, after_task_publish: after } = listeners.signals;
    return before === undefined && after === undefined ? sent : withSignals;
  };
}

function emitSignals({ withMessage }: PublishingLayers, listeners: Listeners, isFinal: boolean): AroundPublish {
  return async (calls, next) => {
    const tell = listeners.signals.before_task_publish;
    const told = tell === undefined ? calls : calls.map((call) => withMessage(call, announcePublish(call.message, tell, listeners)));
    const receipts = await next(told);
    if (!isFinal) return receipts;
    receipts.forEach((receipt, at) => {
      if (receipt !== null) announcePublished(told[at]!.message, receipt.deduplicated, listeners);
    });
    return receipts;
  };
}

function tellSent(onSent: OnSent): AroundPublish {
  return async (calls, next) => {
    const receipts = await next(calls);
    receipts.forEach((receipt, at) => {
      if (receipt !== null && !receipt.deduplicated) onSent(calls[at]!.message, calls[at]!.publication);
    });
    return receipts;
  };
}
