/**
 * The remaining cost of a search for one tick, in about µs. Below zero the search ends without a tick. Every step is charged for
 * what it walks, because calendars come from requests and stores: none may keep an event loop busy.
 */
export interface Search {
  left: number;
}

/** Maximum cost of one search. It depends on the schedule alone, so that every beat finds the same ticks. */
const MAX_COST = 15_000;

/** Costs of the steps of a search. */
export const COST = {
  interval: 1,
  crontab: 4,
  /** a day with the event, a day on which the sun nearly reaches it, and any other day without it */
  solarEvent: 400,
  solarMiss: 80,
  solarNight: 1,
  zonePiece: 2,
  excludedDay: 0.2,
  excludedSchedule: 3,
} as const;

export function newSearch(): Search {
  return { left: MAX_COST };
}

/** What a search has cost. */
export function costOf({ left }: Search): number {
  return MAX_COST - left;
}
