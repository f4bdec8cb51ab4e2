import { setImmediate } from 'node:timers/promises';
import { Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskSchedules } from '../../core/beat/task-schedules.js';
import type { ScheduleSettings } from '../../core/beat/schedule-settings.js';
import { describeSchedule } from '../../core/schedules/describe-schedule.js';
import type { ScheduleDefinition } from '../../core/ports/stores/stored-schedule.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { Tag, type SetTag } from '../http/etag.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import { toIso } from '../validation/fields.js';
import { NotedBody, PathId, ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import * as shape from './schedule-schemas.js';

/** Previews, enables, runs and backfills schedules. */
@AdminController('schedules', 'Schedules')
export class ScheduleActionsController {
  constructor(private readonly schedules: TaskSchedules) {}

  @Post('preview')
  @AdminRoute({ summary: 'Preview the next ticks of a schedule that is not stored', role: 'viewer', answer: shape.previewView })
  async previewUnsaved(@ValidBody(shape.previewInput) { count = 10, after, ...settings }: z.output<typeof shape.previewInput>) {
    const { name = 'preview', task = 'preview', ...rest } = settings;
    return this.#preview(this.schedules.check(name, { ...rest, task } as ScheduleSettings), count, after);
  }

  @Post('enable')
  @AdminRoute({ summary: 'Enable several schedules', role: 'operator', answer: shape.changedView, audit: 'schedule.enable' })
  async enableMany(@NotedBody(shape.idsInput) { ids }: z.output<typeof shape.idsInput>) {
    return { changed: await this.schedules.enable(ids) };
  }

  @Post('disable')
  @AdminRoute({ summary: 'Disable several schedules', role: 'operator', answer: shape.changedView, audit: 'schedule.disable' })
  async disableMany(@NotedBody(shape.idsInput) { ids }: z.output<typeof shape.idsInput>) {
    return { changed: await this.schedules.disable(ids) };
  }

  @Post(':id/enable')
  @AdminRoute({ summary: 'Enable a schedule', role: 'operator', answer: shape.scheduleView, etag: true, audit: 'schedule.enable' })
  async enable(@PathId() id: string, @Tag() tag: SetTag) {
    await this.schedules.enable([id]);
    return this.#answer(id, tag);
  }

  @Post(':id/disable')
  @AdminRoute({ summary: 'Disable a schedule', role: 'operator', answer: shape.scheduleView, etag: true, audit: 'schedule.disable' })
  async disable(@PathId() id: string, @Tag() tag: SetTag) {
    await this.schedules.disable([id]);
    return this.#answer(id, tag);
  }

  @Post(':id/run')
  @AdminRoute({ summary: 'Run a schedule now, enabled or not', role: 'operator', status: 202, answer: shape.runView, audit: 'schedule.run', problems: [409] }) // prettier-ignore
  async run(@PathId() id: string, @Note() note: AuditNote) {
    const sent = await this.schedules.runNow(id);
    note.change = { taskId: sent.id };
    return { taskId: sent.id };
  }

  @Get(':id/preview')
  @AdminRoute({ summary: 'Preview the next ticks of a schedule', role: 'viewer', answer: shape.previewView })
  async preview(@PathId() id: string, @ValidQuery(shape.previewQuery) { count, after }: z.output<typeof shape.previewQuery>) {
    return this.#preview(await this.schedules.get(id), count, after);
  }

  @Get(':id/history')
  @AdminRoute({ summary: 'List the handled ticks of a schedule, newest first', role: 'viewer', answer: shape.tickPage })
  async history(@PathId() id: string, @ValidQuery(shape.historyQuery) { limit, cursor }: z.output<typeof shape.historyQuery>) {
    await this.schedules.get(id);
    const { ticks, next } = await this.schedules.history(id, { limit, ...(cursor !== undefined && { cursor }) });
    return { items: ticks.map(shape.tickViewOf), next };
  }

  @Post(':id/backfill')
  @AdminRoute({ summary: 'Run the ticks of a past range, oldest first', role: 'operator', status: 202, answer: shape.backfillView, audit: 'schedule.backfill' }) // prettier-ignore
  async backfill(
    @PathId() id: string,
    @NotedBody(shape.backfillInput) range: z.output<typeof shape.backfillInput>,
    @Note() note: AuditNote,
  ) {
    const { from, to, limit } = range;
    const report = await this.schedules.backfill(id, { from: Date.parse(from), to: Date.parse(to), ...(limit !== undefined && { limit }) });
    note.change = { ...range, ...report };
    return report;
  }

  async #answer(id: string, tag: SetTag) {
    const found = await this.schedules.get(id);
    tag(found.version);
    return shape.viewOf(found);
  }

  /** Yields between ticks: a calendar can make each one slow to find, and other requests must not wait. */
  async #preview(definition: ScheduleDefinition, count: number, after: string | undefined) {
    const ticks: number[] = [];
    for (let from = after === undefined ? undefined : Date.parse(after); ticks.length < (definition.oneOff ? 1 : count);) {
      await setImmediate();
      const [tick] = this.schedules.preview(definition, 1, from);
      if (tick === undefined) break;
      ticks.push(tick);
      from = tick;
    }
    return { scheduleText: describeSchedule(definition.schedule), ticks: ticks.map((tick) => toIso(tick)) };
  }
}
