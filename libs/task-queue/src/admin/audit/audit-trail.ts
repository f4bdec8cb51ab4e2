import { Inject, Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { TASK_CLOCK } from '../../nest/tokens/tokens.js';
import type { AuditEntry, AuditLog } from '../../core/ports/stores/audit-log.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { RequestState } from '../http/request-state.js';
import { ADMIN_LOGGER, AUDIT_LOG } from '../tokens.js';
import type { AuditNote } from './audit-note.js';

/** Maximum length of a change as JSON. */
const MAX_CHANGE = 20_000;

/** Records actions in the application's log and in the audit log. */
@Injectable()
export class AuditTrail {
  constructor(
    @Inject(AUDIT_LOG) private readonly log: AuditLog,
    @Inject(ADMIN_LOGGER) private readonly logger: TaskLogger,
    @Inject(TASK_CLOCK) private readonly clock: Clock,
  ) {}

  /** Never rejects, because the action has already happened. */
  async record({ actor, id: requestId }: RequestState, action: string, outcome: string, note?: AuditNote): Promise<void> {
    const { target = null, change = null } = note ?? {};
    const entry: AuditEntry = {
      id: v7(),
      at: this.clock.now(),
      actor: actor!,
      action,
      target,
      change: bounded(change),
      outcome,
      requestId,
    };
    this.logger.info('The admin API was used', { action, target, outcome, actor: actor!.name, role: actor!.role, requestId });
    try {
      await this.log.record(entry);
    } catch (error) {
      this.logger.error('The audit log could not be written', { entry, error });
    }
  }
}

/** A refused request may have asked for anything. */
function bounded(change: unknown): unknown {
  const text = JSON.stringify(change);
  return text.length > MAX_CHANGE ? { tooLong: text.length, beginning: text.slice(0, MAX_CHANGE / 10) } : change;
}
