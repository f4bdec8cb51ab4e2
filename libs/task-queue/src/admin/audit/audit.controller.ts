import { Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import type { AuditEntry, AuditLog } from '../../core/ports/stores/audit-log.js';
import { actorView } from '../auth/me.controller.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
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
    target: z.string().nullable().describe('what it was done to'),
    change: z.unknown().describe('what it was before and after, or what was asked for'),
    outcome: z.string().describe("'done', or the code of the error that refused it"),
    requestId: z.string(),
  }),
);
const pageView = named('AuditPage', pageOf(entryView));
const listing = z.strictObject({ ...paging, actor: word.optional(), action: word.optional(), target: word.optional() });

@AdminController('audit', 'Audit log')
export class AuditController {
  constructor(@Inject(AUDIT_LOG) private readonly log: AuditLog) {}

  @Get()
  @AdminRoute({ summary: 'Who has done what, newest first', role: 'admin', answer: pageView })
  async list(@ValidQuery(listing) { limit, cursor, ...filter }: z.output<typeof listing>): Promise<z.output<typeof pageView>> {
    const { entries, next } = await this.log.list({ limit, filter, ...(cursor !== undefined && { cursor }) });
    return { items: entries.map(viewOf), next };
  }
}

function viewOf({ at, ...entry }: AuditEntry): z.output<typeof entryView> {
  return { ...entry, at: toIso(at) };
}
