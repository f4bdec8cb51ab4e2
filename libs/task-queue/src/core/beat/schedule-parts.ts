import { requirePart, unsupportedBy } from '../policies/engine-features.js';
import type { CompleteTransport } from '../ports/broker/transport.js';
import type { ScheduleDefinition } from '../ports/stores/stored-schedule.js';

/** What the settings of a schedule may need beside the store of schedules. */
export type ScheduleParts = Pick<CompleteTransport, 'broker' | 'missing' | 'enginesWith'>;

/**
 * Refuses a schedule whose settings would have no effect.
 * @throws PartMissingError · UnsupportedOptionError
 */
export function checkScheduleParts({ name, overlap, pauseAfterFailures }: ScheduleDefinition, transport: ScheduleParts): void {
  const { broker, enginesWith } = transport;
  if (overlap === 'cancel-previous') requirePart(transport, 'revoke', `overlap: 'cancel-previous' of schedule '${name}'`);
  if ((overlap === 'skip' || overlap === 'buffer-one') && !broker.capabilities.unique)
    throw unsupportedBy({ ...broker.capabilities, enginesWith }, 'unique', 'overlap', `Schedule '${name}'`);
  if (pauseAfterFailures !== null) requirePart(transport, 'results', `pauseAfterFailures of schedule '${name}'`);
}
