import { clocked, cron, crontab, every, solar } from 'nestjs-task-queue';

/** 02:00 in Vietnam, every night. */
export const cleanup = cron('0 2 * * *', { timezone: 'Asia/Ho_Chi_Minh' });

/** Every quarter of an hour from nine to five on working days. */
export const sync = crontab({ minute: '*/15', hour: '9-17', dayOfWeek: 'mon-fri', timezone: 'Europe/Paris' });

/** Every 90 minutes of real time, counted from twenty past midnight. */
export const poll = every('90m', { anchor: '2027-01-01T00:20:00Z' });

/** At sunset in Hanoi. */
export const lights = solar('sunset', 21.03, 105.85);

/** Once. */
export const launch = clocked('2027-05-01T09:00', { timezone: 'Europe/Paris' });
