import { setImmediate } from 'node:timers/promises';
import { Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import { TaskSchedules } from '../../core/beat/task-schedules.js';
import type { ScheduleSettings } from '../../core/beat/schedule-settings.js';
import { describeSchedule } from '../../core/schedules/describe-schedule.js';
import type { ScheduleDefinition } from '../../core/ports/stores/stored-schedule.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { Tag, type SetTag } from '../http/etag.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
import { toIso } from '../validation/fields.js';
import { PathWord, ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import { backfillInput, historyQuery, idsInput, previewInput, previewQuery } from './schedule-input.js';
import {
  backfillView,
  changedView,
  previewView,
  runView,
  tickPage,
  tickViewOf,
  viewOf,
  scheduleView,
  type ScheduleView,
} from './schedule-view.js';

type Preview = z.output<typeof previewView>;

/** What is done with schedules, beside editing them. */
@AdminController('schedules', 'Schedules')
export class ScheduleActionsController {
  constructor(private readonly schedules: TaskSchedules) {}

  @Post('preview')
  @AdminRoute({ summary: 'The next ticks of a schedule that is not stored', role: 'viewer', answer: previewView, problems: [413, 415] })
  previewUnsaved(
    @ValidBody(previewInput) { count = 10, after, name = 'preview', task = 'preview', ...rest }: z.output<typeof previewInput>,
  ): Promise<Preview> {
    const definition = this.schedules.check(name, { ...rest, task } as ScheduleSettings);
    return this.#preview(definition, count, after);
  }

  @Post('enable')
  @AdminRoute({ summary: 'Enable many', role: 'operator', answer: changedView, audit: 'schedule.enable', problems: [413, 415] })
  async enableMany(@ValidBody(idsInput) { ids }: z.output<typeof idsInput>, @Note() note: AuditNote) {
    note.change = { ids };
    return { changed: await this.schedules.enable(ids) };
  }

  @Post('disable')
  @AdminRoute({ summary: 'Disable many', role: 'operator', answer: changedView, audit: 'schedule.disable', problems: [413, 415] })
  async disableMany(@ValidBody(idsInput) { ids }: z.output<typeof idsInput>, @Note() note: AuditNote) {
    note.change = { ids };
    return { changed: await this.schedules.disable(ids) };
  }

  @Post(':id/enable')
  @AdminRoute({ summary: 'Enable it', role: 'operator', answer: scheduleView, etag: true, audit: 'schedule.enable', problems: [404] })
  async enable(@PathWord('id') id: string, @Tag() tag: SetTag): Promise<ScheduleView> {
    await this.schedules.enable([id]);
    return this.#answer(id, tag);
  }

  @Post(':id/disable')
  @AdminRoute({ summary: 'Disable it', role: 'operator', answer: scheduleView, etag: true, audit: 'schedule.disable', problems: [404] })
  async disable(@PathWord('id') id: string, @Tag() tag: SetTag): Promise<ScheduleView> {
    await this.schedules.disable([id]);
    return this.#answer(id, tag);
  }

  @Post(':id/run')
  @AdminRoute({ summary: 'Send a run at once, whether it is enabled or not', role: 'operator', status: 202, answer: runView, audit: 'schedule.run', problems: [404, 409] }) // prettier-ignore
  async run(@PathWord('id') id: string, @Note() note: AuditNote): Promise<z.output<typeof runView>> {
    const sent = await this.schedules.runNow(id);
    note.change = { taskId: sent.id };
    return { taskId: sent.id };
  }

  @Get(':id/preview')
  @AdminRoute({ summary: 'Its next ticks', role: 'viewer', answer: previewView, problems: [404] })
  async preview(@PathWord('id') id: string, @ValidQuery(previewQuery) { count, after }: z.output<typeof previewQuery>): Promise<Preview> {
    return this.#preview(await this.schedules.get(id), count, after);
  }

  @Get(':id/history')
  @AdminRoute({ summary: 'What became of its ticks, newest first', role: 'viewer', answer: tickPage, problems: [404] })
  async history(
    @PathWord('id') id: string,
    @ValidQuery(historyQuery) { limit, cursor }: z.output<typeof historyQuery>,
  ): Promise<z.output<typeof tickPage>> {
    await this.schedules.get(id);
    const { ticks, next } = await this.schedules.history(id, { limit, ...(cursor !== undefined && { cursor }) });
    return { items: ticks.map(tickViewOf), next };
  }

  @Post(':id/backfill')
  @AdminRoute({ summary: 'Send the runs of a past range, oldest first', role: 'operator', status: 202, answer: backfillView, audit: 'schedule.backfill', problems: [404, 413, 415] }) // prettier-ignore
  async backfill(@PathWord('id') id: string, @ValidBody(backfillInput) range: z.output<typeof backfillInput>, @Note() note: AuditNote) {
    note.change = range;
    const { from, to, limit } = range;
    const report = await this.schedules.backfill(id, { from: Date.parse(from), to: Date.parse(to), ...(limit !== undefined && { limit }) });
    note.change = { ...range, ...report };
    return report;
  }

  async #answer(id: string, tag: SetTag): Promise<ScheduleView> {
    const found = await this.schedules.get(id);
    tag(found.version);
    return viewOf(found);
  }

  /** One by one: a calendar may make each of them long to find, and other requests must be answered meanwhile. */
  async #preview(definition: ScheduleDefinition, count: number, after: string | undefined): Promise<Preview> {
    const ticks: number[] = [];
    for (let from = after === undefined ? undefined : Date.parse(after); ticks.length < (definition.oneOff ? 1 : count);) {
      const [tick] = this.schedules.preview(definition, 1, from);
      if (tick === undefined) break;
      ticks.push(tick);
      from = tick;
      await setImmediate();
    }
    return { scheduleText: describeSchedule(definition.schedule), ticks: ticks.map((tick) => toIso(tick)) };
  }
}
