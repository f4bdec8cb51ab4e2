import { describeRecord, type Recording } from '../../attempt/records/describe-record.js';
import type { Outcome } from '../../attempt/outcome.js';
import type { PublishNews } from '../../attempt/listening/publish-news.js';
import { recordOf } from '../../attempt/records/record-of.js';
import type { Codecs } from '../../message/codecs.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { Publication } from '../../ports/broker/publication.js';

/** What is known when an outcome is stored, beside the outcome. */
export interface Saving {
  readonly codecs: Codecs;
  /** epoch ms */
  readonly at: number;
  readonly worker: string;
  /** ms that the result is kept */
  readonly expires: number;
  /** nothing is stored */
  readonly ignore: boolean;
  /** null = nothing beyond the outcome */
  readonly recording: Recording | null;
  /** epoch ms at which the handler began; null = it ended before it could */
  readonly startedAt: number | null;
  /** ids of what the handler has sent */
  readonly children: readonly string[];
  /** told of what the outcome sends; undefined = nobody listens */
  readonly news: PublishNews | undefined;
}

/** What is stored of an outcome, as it is stored; null = nothing. */
export function recordToSave(
  message: TaskMessage,
  outcome: Outcome,
  saving: Saving,
  followUps: readonly Publication[],
): TaskResultRecord | null {
  const record = saving.ignore ? null : recordOf(message, outcome, saving.at, saving.worker);
  if (record === null) return null;
  const { codecs, recording } = saving;
  if (recording === null) return codecs.results.seal(record, message.headers);
  const children = followUps.length === 0 ? saving.children : [...saving.children, ...followUps.map(({ id }) => id)];
  return codecs.results.seal(describeRecord(record, message, recording, children, saving.startedAt), message.headers);
}
