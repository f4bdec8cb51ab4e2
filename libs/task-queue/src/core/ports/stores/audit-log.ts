import type { AdminActor } from './admin-actor.js';

/** Who has done what through the admin API, or tried to. */
export interface AuditEntry {
  readonly id: string;
  /** epoch ms */
  readonly at: number;
  readonly actor: AdminActor;
  /** such as `schedule.replace` */
  readonly action: string;
  /** what it was done to: an id, a name, a queue; null = nothing in particular */
  readonly target: string | null;
  /** what it was before and after, or was asked for; null = the action says it all */
  readonly change: unknown;
  /** 'done', or the code of the error that refused it */
  readonly outcome: string;
  /** of the request, as its answer names it */
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
  /** where the next page begins; null = this was the last */
  readonly next: string | null;
}

/** Keeps what was done. What it cannot keep it throws about; the API then logs the entry, since it is done already. */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
  list(options: AuditListing): Promise<AuditPage>;
}
