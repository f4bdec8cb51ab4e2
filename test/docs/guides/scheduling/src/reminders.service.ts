import { Injectable } from '@nestjs/common';
import { TaskSchedules } from 'nestjs-task-queue';

@Injectable()
export class RemindersService {
  constructor(private readonly schedules: TaskSchedules) {}

  async remindDaily(country: string, timezone: string): Promise<string> {
    const settings = { task: 'reports.send', args: [country], schedule: '0 9 * * *', timezone };
    const { id } = await this.schedules.create(`reminder ${country}`, settings);
    return id;
  }

  /** If two users edit at once, the second gets SCHEDULE_STALE. */
  async move(id: string, hour: number): Promise<Date[]> {
    const { version } = await this.schedules.get(id);
    const moved = await this.schedules.patch(id, version, { schedule: { crontab: { minute: 0, hour } } });
    return this.schedules.preview(moved, 3).map((tick) => new Date(tick));
  }

  async runMissing(id: string, from: Date, to: Date): Promise<number> {
    const { sent } = await this.schedules.backfill(id, { from: from.getTime(), to: to.getTime() });
    return sent;
  }
}
