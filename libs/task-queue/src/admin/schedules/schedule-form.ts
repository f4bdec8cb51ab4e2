import { z } from 'zod';
import { SOLAR_EVENTS } from '../../core/schedules/schedule.js';
import { documented, named } from '../openapi/contract.js';

// The forms of a schedule, for the OpenAPI document. `toSchedule` parses them: its messages say more than a union of shapes could.

export const looseMoment = z
  .union([z.string().max(100), z.number()])
  .describe("epoch milliseconds, or a string such as '2027-01-31T18:00:00Z'");
export const looseDuration = z.union([z.number(), z.string().max(100)]).describe("milliseconds, or a string such as '30s', '5m' or '1d'");
const field = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]).optional();

const exclusions = named(
  'Exclusions',
  z
    .strictObject({
      timezone: z.string().optional(),
      dates: z.array(z.string()).optional().describe('YYYY-MM-DD, or MM-DD for every year'),
      ranges: z.array(z.strictObject({ from: z.string(), to: z.string() })).optional(),
      weekdays: field,
      schedules: z.array(z.record(z.string(), z.unknown())).optional().describe('times that they match are excluded'),
    })
    .describe('when it is not due'),
);

const recurring = { except: exclusions.optional() };
const wallTimes = {
  ...recurring,
  timezone: z.string().optional().describe('an IANA name'),
  dayMatching: z.enum(['and', 'or']).optional().describe('whether dayOfMonth and dayOfWeek must both match'),
  gap: z.enum(['next', 'skip']).optional().describe('what becomes of a time that the clocks skip when they go forward'),
  overlap: z.enum(['once', 'twice']).optional().describe('what becomes of a time that comes twice when the clocks go back'),
};
const crontabFields = z.strictObject({
  second: field,
  minute: field,
  hour: field,
  dayOfMonth: field,
  monthOfYear: field,
  dayOfWeek: field,
});
const place = { event: z.enum(SOLAR_EVENTS), latitude: z.number(), longitude: z.number() };

const forms = [
  z.string().describe('a cron line'),
  named('CronLine', z.strictObject({ cron: z.string().describe('five fields, or six with seconds'), ...wallTimes })),
  named('Crontab', z.strictObject({ crontab: crontabFields, ...wallTimes })),
  named('Interval', z.strictObject({ every: looseDuration, anchor: looseMoment.optional(), ...recurring })),
  named('Solar', z.strictObject({ solar: z.strictObject(place), ...recurring })),
  named('Clocked', z.strictObject({ clocked: looseMoment, timezone: z.string().optional() })),
];

const stored = [
  named('StoredCrontab', z.looseObject({ type: z.literal('crontab'), ...crontabFields.shape, ...wallTimes })),
  named('StoredInterval', z.looseObject({ type: z.literal('interval'), every: z.number(), anchor: z.number(), ...recurring })),
  named('StoredSolar', z.looseObject({ type: z.literal('solar'), ...place, ...recurring })),
  named('StoredClocked', z.looseObject({ type: z.literal('clocked'), at: z.number() })),
];

/** A schedule as it is stored and answered. */
export const storedSchedule = named('StoredSchedule', z.union(stored));

/** A schedule as people write it, or as it was answered. */
export const scheduleForm = named(
  'ScheduleForm',
  z.unknown().meta({ anyOf: [...forms, ...stored].map(documented), description: 'when it is due' }),
);
