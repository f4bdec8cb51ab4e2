import { describe, expect, it } from '@jest/globals';
import { aborted, delivery, DRAIN, GRACE, signal, workerByHand, turn } from '../../../../../test/support/worker-by-hand.js';
import { LeaseLostError } from '../errors/run-errors.js';

describe('rule 7: a worker and its leases', () => {
  it('starts nothing whose lease has passed its local deadline, and gives it back where nobody has it yet', async () => {
    const ran: string[] = [];
    const good = signal();
    const { worker, log } = workerByHand({
      deliveries: [delivery('late'), delivery('good')],
      holds: ({ id }) => id !== 'late',
      handler: ({ id }) => {
        ran.push(id);
        good.give();
      },
    });
    await worker.start();
    await good.come;
    await worker.stop();
    expect(ran).toEqual(['good']);
    expect(log).toEqual(['0 ack good SUCCESS', '0 release late charge=false', '0 close']);
  });

  it('tells a task whose lease is lost to end, and settles nothing of it', async () => {
    const [started, ended] = [signal(), signal()];
    const lost = delivery('lost');
    let reason: unknown;
    const { worker, log, events } = workerByHand({
      deliveries: [lost],
      handler: async (context) => {
        const told = aborted(context);
        started.give();
        await told;
        ended.give();
        throw (reason = context.signal.reason);
      },
    });
    await worker.start();
    await started.come;
    events().lost([lost]);
    await ended.come;
    await worker.stop();
    expect(reason).toBeInstanceOf(LeaseLostError);
    expect(log).toEqual(['0 close']);
  });
});

describe('rule 11: a release is the last act', () => {
  it('aborts at the deadline, waits for the grace, then gives back uncharged what still runs, then closes', async () => {
    const [started, go] = [signal(), signal()];
    const { worker, log, clock } = workerByHand({
      deliveries: [delivery('deaf')],
      handler: async (context) => {
        void aborted(context).then(() => log.push(`${clock.now()} abort`));
        started.give();
        await go.come;
      },
    });
    await worker.start();
    await started.come;
    const stopped = worker.stop(DRAIN);
    // Its waiting begins when nothing comes any more.
    await turn();
    await clock.advance(DRAIN);
    await clock.advance(GRACE);
    await stopped;
    const all = [`${DRAIN} abort`, `${DRAIN + GRACE} release deaf charge=false`, `${DRAIN + GRACE} close`];
    expect(log).toEqual(all);
    // Whatever it still returns is another's to settle.
    go.give();
    await turn();
    await turn();
    expect(log).toEqual(all);
  });

  it('settles what ends within the grace, instead of having it run again', async () => {
    const started = signal();
    const { worker, log, clock } = workerByHand({
      deliveries: [delivery('polite')],
      handler: async (context) => {
        const told = aborted(context);
        started.give();
        await told;
        return 'put down properly';
      },
    });
    await worker.start();
    await started.come;
    const stopped = worker.stop(DRAIN);
    // Its waiting begins when nothing comes any more.
    await turn();
    await clock.advance(DRAIN);
    await stopped;
    expect(log).toEqual([`${DRAIN} ack polite SUCCESS`, `${DRAIN} close`]);
  });

  it('gives back, at once and uncharged, what has not begun', async () => {
    const [started, go] = [signal(), signal()];
    const { worker, log } = workerByHand({
      deliveries: [delivery('runs'), delivery('waits')],
      worker: { concurrency: 1 },
      handler: async ({ id }) => {
        if (id !== 'runs') return;
        started.give();
        await go.come;
      },
    });
    await worker.start();
    await started.come;
    await worker.quiet();
    await turn();
    expect(log).toEqual(['0 release waits charge=false']);
    go.give();
    await worker.stop();
    expect(log).toEqual(['0 release waits charge=false', '0 ack runs SUCCESS', '0 close']);
  });

  it('gives back what a receive brings that was under way when the stop began', async () => {
    const { worker, log } = workerByHand({ deliveries: [], atTheEnd: [delivery('comes late')], handler: () => undefined });
    await worker.start();
    await worker.stop();
    expect(log).toEqual(['0 release comes late charge=false', '0 close']);
  });
});

describe('rule 13: results in another store', () => {
  it('are saved there, and before the delivery is settled', async () => {
    const ran = signal();
    const { worker, log } = workerByHand({ deliveries: [delivery('a')], resultsApart: true, handler: () => ran.give() });
    await worker.start();
    await ran.come;
    await worker.stop();
    expect(log).toEqual(['0 save apart a SUCCESS', '0 ack a', '0 close']);
  });
});

describe('rule 14: early acknowledgement', () => {
  it('comes before the run, and what it could not be had for is not run', async () => {
    const ran: string[] = [];
    const good = signal();
    const { worker, log } = workerByHand({
      deliveries: [delivery('refused'), delivery('good')],
      task: { acksLate: false },
      accepts: ({ delivery: { id } }) => id !== 'refused',
      handler: ({ id }) => {
        ran.push(id);
        log.push(`run ${id}`);
        good.give();
      },
    });
    await worker.start();
    await good.come;
    await worker.stop();
    expect(ran).toEqual(['good']);
    expect(log).toEqual(['0 ack refused', '0 ack good', 'run good', '0 save good SUCCESS', '0 close']);
  });

  it('a retry that cannot be published ends as FAILURE: nothing else is left of the task', async () => {
    const ran = signal();
    const { worker, log } = workerByHand({
      deliveries: [delivery('a')],
      task: { acksLate: false, autoretryFor: [TypeError] },
      handler: () => {
        ran.give();
        throw new TypeError('again');
      },
    });
    await worker.start();
    await ran.come;
    await worker.stop();
    // A terminal state is final, so the first that is saved is the end.
    expect(log.slice(0, 2)).toEqual(['0 ack a', '0 save a FAILURE']);
  });
});
