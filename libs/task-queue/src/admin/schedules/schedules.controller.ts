import { Delete, Get, Patch, Post, Put } from '@nestjs/common';
import type { z } from 'zod';
import { TaskSchedules, type SchedulePatch } from '../../core/beat/task-schedules.js';
import { Note, type AuditNote } from '../audit/audit-note.js';
import { IfMatch, Tag, type SetTag } from '../http/etag.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
import { PathWord, ValidBody, ValidQuery } from '../validation/valid.decorators.js';
import { scheduleInput, scheduleListing, schedulePatch, type ScheduleInputBody } from './schedule-input.js';
import { schedulePage, scheduleView, viewOf, type ScheduleView } from './schedule-view.js';

/** Schedules as things that are read and edited. What is done with them is in {@link ScheduleActionsController}. */
@AdminController('schedules', 'Schedules')
export class SchedulesController {
  constructor(private readonly schedules: TaskSchedules) {}

  @Get()
  @AdminRoute({ summary: 'Schedules by name', role: 'viewer', answer: schedulePage })
  async list(@ValidQuery(scheduleListing) query: z.output<typeof scheduleListing>): Promise<z.output<typeof schedulePage>> {
    const { limit, cursor, ...filter } = query;
    const { schedules, next } = await this.schedules.list({ limit, filter, ...(cursor !== undefined && { cursor }) });
    return { items: schedules.map(viewOf), next };
  }

  @Post()
  @AdminRoute({ summary: 'Make a schedule', role: 'operator', status: 201, answer: scheduleView, etag: true, audit: 'schedule.create', problems: [409, 413, 415] }) // prettier-ignore
  async create(
    @ValidBody(scheduleInput, scheduleView) { name, ...settings }: ScheduleInputBody,
    @Note() note: AuditNote,
    @Tag() tag: SetTag,
  ): Promise<ScheduleView> {
    note.change = { after: { name, ...settings } };
    const made = await this.schedules.create(name, settings);
    note.target = made.id;
    tag(made.version);
    return viewOf(made);
  }

  @Get(':id')
  @AdminRoute({ summary: 'One schedule', role: 'viewer', answer: scheduleView, etag: true, problems: [404] })
  async get(@PathWord('id') id: string, @Tag() tag: SetTag): Promise<ScheduleView> {
    const found = await this.schedules.get(id);
    tag(found.version);
    return viewOf(found);
  }

  @Put(':id')
  @AdminRoute({ summary: 'Put another definition in its place', role: 'operator', answer: scheduleView, etag: true, ifMatch: true, audit: 'schedule.replace', problems: [409, 413, 415] }) // prettier-ignore
  async replace(
    @PathWord('id') id: string,
    @IfMatch() version: number | null,
    @ValidBody(scheduleInput, scheduleView) { name, ...settings }: ScheduleInputBody,
    @Note() note: AuditNote,
    @Tag() tag: SetTag,
  ): Promise<ScheduleView> {
    return this.#edit(id, { name, ...settings }, note, tag, () => this.schedules.replace(id, version, name, settings));
  }

  @Patch(':id')
  @AdminRoute({ summary: 'Edit some fields', role: 'operator', answer: scheduleView, etag: true, ifMatch: true, audit: 'schedule.patch', problems: [409, 413, 415] }) // prettier-ignore
  async patch(
    @PathWord('id') id: string,
    @IfMatch() version: number | null,
    @ValidBody(schedulePatch, scheduleView) patch: SchedulePatch,
    @Note() note: AuditNote,
    @Tag() tag: SetTag,
  ): Promise<ScheduleView> {
    return this.#edit(id, patch, note, tag, () => this.schedules.patch(id, version, patch));
  }

  @Delete(':id')
  @AdminRoute({ summary: 'Delete it; what it has sent stays', role: 'admin', status: 204, ifMatch: true, audit: 'schedule.delete' })
  async remove(@PathWord('id') id: string, @IfMatch() version: number | null, @Note() note: AuditNote): Promise<void> {
    note.change = { before: viewOf(await this.schedules.get(id)) };
    await this.schedules.remove(id, version);
  }

  /** The audit log says what the fields that an edit names were before. */
  async #edit(
    id: string,
    asked: object,
    note: AuditNote,
    tag: SetTag,
    edit: () => ReturnType<TaskSchedules['replace']>,
  ): Promise<ScheduleView> {
    note.change = { after: asked };
    const before = viewOf(await this.schedules.get(id));
    note.change = { before: only(before, Object.keys(asked)), after: asked };
    const edited = await edit();
    tag(edited.version);
    return viewOf(edited);
  }
}

function only(view: ScheduleView, fields: readonly string[]): Partial<ScheduleView> {
  return Object.fromEntries(Object.entries(view).filter(([name]) => fields.includes(name)));
}
