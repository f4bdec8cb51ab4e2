import { crontab, every } from 'nestjs-task-queue';

/** Working days at eight, except on holidays. */
export const reminders = crontab({
  minute: 0,
  hour: 8,
  timezone: 'Europe/Madrid',
  except: {
    weekdays: 'sat,sun',
    dates: ['12-25', '2027-03-26'],
    ranges: [{ from: '08-01', to: '08-31' }],
  },
});

/** Every ten seconds, except during the nightly backup. */
export const watch = every('10s', { except: { schedules: [crontab({ hour: '2-3' })] } });
