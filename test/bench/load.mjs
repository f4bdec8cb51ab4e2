// What every engine gets to do: the same in kind, size and number.

/** One worker process, with room for this many tasks at once. */
export const CONCURRENCY = 100;

/** About 150 bytes as JSON, as a small task's arguments are. */
export const payloadOf = (n) => ({
  userId: n,
  email: `user${n}@example.com`,
  template: 'welcome',
  locale: 'en-GB',
  tags: ['new', 'trial'],
  attempt: 1,
});

/** What a task returns where results are kept. */
export const RESULT = { sent: true, provider: 'smtp', bytes: 18_432 };

export const FULL = {
  tasks: 100_000,
  oneByOne: 5_000,
  batches: 20,
  waiting: 10_000,
  latencies: 2_000,
  singles: 2_000,
  idleSeconds: 60,
  rounds: 3,
};

/** Enough to see that it runs; its figures say nothing. */
export const QUICK = { tasks: 2_000, oneByOne: 300, batches: 2, waiting: 1_000, latencies: 30, singles: 30, idleSeconds: 2, rounds: 1 };

export const BATCH = 1_000;

/** `emptyWaiting`: what waits on the database to compare with, so that a worker never runs dry. */
export const LARGE = { waiting: 1_000_000, history: 10_000_000, emptyWaiting: 10_000, minutes: 10, samples: 20 };
export const LARGE_QUICK = { waiting: 20_000, history: 50_000, emptyWaiting: 5_000, minutes: 0.2, samples: 4 };
