import { Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import type { AuditEntry, AuditLog } from '../../core/ports/stores/audit-log.js';
import { actorView } from '../auth/me.controller.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import { named } from '../openapi/contract.js';
import { AUDIT_LOG } from '../tokens.js';
import { instant, pageOf, paging, toIso, word } from '../validation/fields.js';
import { ValidQuery } from '../validation/valid.decorators.js';

const entryView = named(
  'AuditEntry',
  z.strictObject({
    id: z.string(),
    at: instant,
    actor: actorView,
    action: z.string().describe('such as schedule.replace'),
    target: z.string().nullable().describe('the object of the action'),
    change: z.unknown().describe('the state before and after, or what was requested'),
    outcome: z.string().describe("'done', or the code of the error"),
    requestId: z.string(),
  }),
);
const pageView = named('AuditPage', pageOf(entryView));
const listing = z.strictObject({ ...paging, actor: word.optional(), action: word.optional(), target: word.optional() });

/** Shows the audit log to admins. */
@AdminController('audit', 'Audit log')
export class AuditController {
  constructor(@Inject(AUDIT_LOG) private readonly log: AuditLog) {}

  @Get()
  @AdminRoute({ summary: 'List the audit entries, newest first', role: 'admin', answer: pageView })
  async list(@ValidQuery(listing) { limit, cursor, ...filter }: z.output<typeof listing>) {
    const { entries, next } = await this.log.list({ limit, filter, ...(cursor !== undefined && { cursor }) });
    return { items: entries.map(viewOf), next };
  }
}

function viewOf({ at, ...entry }: AuditEntry): z.output<typeof entryView> {
  return { ...entry, at: toIso(at) };
}
