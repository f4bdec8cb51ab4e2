import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';

export interface Confirmation {
  readonly at: Date;
  readonly total: bigint;
}

@Injectable()
export class BookingTasks {
  @Task({ name: 'bookings.confirm', serializer: 'extended-json' })
  async confirm(at: Date, prices: Map<string, bigint>): Promise<Confirmation> {
    return { at, total: [...prices.values()].reduce((sum, price) => sum + price, 0n) };
  }

  @Task({ name: 'bookings.stamp', serializer: 'msgpack', compression: 'none' })
  async stamp(ticket: Buffer): Promise<Buffer> {
    return Buffer.concat([ticket, Buffer.from('paid')]);
  }

  @Task({ name: 'bookings.import' })
  async import(rows: readonly string[]): Promise<number> {
    return rows.length;
  }
}
