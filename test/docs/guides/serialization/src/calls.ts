import type { TaskClient } from 'nestjs-task-queue';
import { BookingTasks } from './booking.tasks.js';

export async function book(tasks: TaskClient, rows: readonly string[]) {
  const bookings = tasks.for(BookingTasks);

  const confirmed = await bookings.confirm.delay(new Date('2030-05-01T18:00:00Z'), new Map([['A1', 1_500n]]));
  const stamped = await bookings.stamp.delay(Buffer.from('ticket 7, '));
  const imported = await bookings.import.applyAsync([rows], { compression: 'brotli' }); // for this call

  return {
    confirmation: await confirmed.get(), // its `at` is a Date, its `total` a bigint
    ticket: (await stamped.get()).toString(),
    imported: await imported.get(),
  };
}
