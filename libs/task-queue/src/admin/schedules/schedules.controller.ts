import { Delete, Get, Inject, Patch, Post, Put } from '@nestjs/common';
import type { z } from 'zod';
import { Pace } from '../../core/beat/pace.js';
import { TaskSchedules, type SchedulePatch } from '../../core/beat/task-schedules.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { IfMatch, Tag, type SetTag } from '../http/etag.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import type { AdminOptions } from '../task-admin.options.js';
import { ADMIN_OPTIONS } from '../tokens.js';
import { PathId, ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import { audited, refuseShortInterval } from './schedule-limits.js';
import * as shape from './schedule-schemas.js';

/** Reads and edits schedules. Their actions are in {@link ScheduleActionsController}. */
@AdminController('schedules', 'Schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: TaskSchedules,
    @Inject(ADMIN_OPTIONS) private readonly options: AdminOptions,
  ) {}

  @Get()
  @AdminRoute({ summary: 'List the schedules by name', role: 'viewer', answer: shape.schedulePage })
  async list(@ValidQuery(shape.scheduleListing) { limit, cursor, ...filter }: z.output<typeof shape.scheduleListing>) {
    const { schedules, next } = await this.schedules.list({ limit, filter, ...(cursor !== undefined && { cursor }) });
    // Describing a crontab of long lists takes a third of a millisecond.
    const pace = new Pace();
    const items: shape.ScheduleView[] = [];
    for (const schedule of schedules) {
      if (pace.isLong) await pace.rest();
      items.push(shape.viewOf(schedule));
    }
    return { items, next };
  }

  @Post()
  @AdminRoute({ summary: 'Create a schedule', role: 'operator', status: 201, answer: shape.scheduleView, etag: true, audit: 'schedule.create', problems: [409] }) // prettier-ignore
  async create(
    @ValidBody(shape.scheduleInput, shape.scheduleView) { name, ...settings }: shape.ScheduleInputBody,
    @Note() note: AuditNote,
    @Tag() tag: SetTag,
  ) {
    note.change = { after: audited({ name, ...settings }) };
    refuseShortInterval(settings.schedule, this.options.minInterval);
    const made = await this.schedules.create(name, settings);
    note.target = made.id;
    tag(made.version);
    return shape.viewOf(made);
  }

  @Get(':id')
  @AdminRoute({ summary: 'Get a schedule', role: 'viewer', answer: shape.scheduleView, etag: true })
  async get(@PathId() id: string, @Tag() tag: SetTag) {
    const found = await this.schedules.get(id);
    tag(found.version);
    return shape.viewOf(found);
  }

  @Put(':id')
  @AdminRoute({ summary: 'Replace the definition of a schedule', role: 'operator', answer: shape.scheduleView, etag: true, ifMatch: true, audit: 'schedule.replace', problems: [409] }) // prettier-ignore
  async replace(
    @PathId() id: string,
    @IfMatch() version: number | null,
    @ValidBody(shape.scheduleInput, shape.scheduleView) { name, ...settings }: shape.ScheduleInputBody,
    @Note() note: AuditNote,
    @Tag() tag: SetTag,
  ) {
    return this.#edit(id, { name, ...settings }, note, tag, () => this.schedules.replace(id, version, name, settings));
  }

  @Patch(':id')
  @AdminRoute({ summary: 'Edit fields of a schedule', role: 'operator', answer: shape.scheduleView, etag: true, ifMatch: true, audit: 'schedule.patch', problems: [409] }) // prettier-ignore
  async patch(
    @PathId() id: string,
    @IfMatch() version: number | null,
    @ValidBody(shape.schedulePatch, shape.scheduleView) patch: SchedulePatch,
    @Note() note: AuditNote,
    @Tag() tag: SetTag,
  ) {
    return this.#edit(id, patch, note, tag, () => this.schedules.patch(id, version, patch));
  }

  @Delete(':id')
  @AdminRoute({
    summary: 'Delete a schedule; tasks that it sent are kept',
    role: 'admin',
    status: 204,
    ifMatch: true,
    audit: 'schedule.delete',
  })
  async remove(@PathId() id: string, @IfMatch() version: number | null, @Note() note: AuditNote) {
    note.change = { before: audited(shape.viewOf(await this.schedules.get(id))) };
    await this.schedules.remove(id, version);
  }

  /** The audit entry has the edited fields as they were before and after. */
  async #edit(
    id: string,
    asked: SchedulePatch,
    note: AuditNote,
    tag: SetTag,
    edit: () => ReturnType<TaskSchedules['replace']>,
  ): Promise<shape.ScheduleView> {
    const after = audited(asked);
    note.change = { after };
    const before = shape.viewOf(await this.schedules.get(id));
    note.change = { before: audited(only(before, Object.keys(asked))), after };
    if (asked.schedule !== undefined) refuseShortInterval(asked.schedule, this.options.minInterval, before.schedule);
    const edited = await edit();
    tag(edited.version);
    return shape.viewOf(edited);
  }
}

function only(view: shape.ScheduleView, fields: readonly string[]): Partial<shape.ScheduleView> {
  return Object.fromEntries(Object.entries(view).filter(([name]) => fields.includes(name)));
}
