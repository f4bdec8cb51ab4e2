import type { AdminActor } from './admin-actor.js';

/** A completed or refused action of the admin API. */
export interface AuditEntry {
  readonly id: string;
  /** epoch ms */
  readonly at: number;
  readonly actor: AdminActor;
  /** such as `schedule.replace` */
  readonly action: string;
  /** the object of the action: an id, a name, a queue; null = none */
  readonly target: string | null;
  /** the state before and after, or the requested change; null = the action implies it */
  readonly change: unknown;
  /** 'done', or the code of the error that refused it */
  readonly outcome: string;
  /** the id of the request, as in its response */
  readonly requestId: string;
}

export interface AuditListing {
  readonly limit: number;
  /** `next` of the page before */
  readonly cursor?: string;
  readonly filter?: AuditFilter;
}

export interface AuditFilter {
  /** an actor's name */
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
}

export interface AuditPage {
  /** newest first */
  readonly entries: readonly AuditEntry[];
  /** the cursor of the next page; null = this was the last */
  readonly next: string | null;
}

/** Stores audit entries. When it throws, the action is already done, so the API logs the entry instead. */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
  list(options: AuditListing): Promise<AuditPage>;
}
