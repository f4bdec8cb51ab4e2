import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { openTransport } from '../../libs/task-queue/src/assembly/open-transport.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { Harness } from './harness.js';

class Typed extends Error {}

describe('bad input', () => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open('memory://', { queues: ['email'], maxPayloadBytes: 1_000 });
  });
  afterEach(() => app.close());

  const cycle: unknown[] = [];
  cycle.push(cycle);

  it.each([
    ['a function', [[() => 1]], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0][0] is a function'],
    ['a bigint', [[1n]], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0][0] is a bigint. Send it as a string.'],
    ['a cycle', [cycle], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'a cycle'],
    ['a Date', [new Date(0)], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0] is a Date'],
    ['a Map', [{ m: new Map() }], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0].m is a Map'],
    ['NaN', [NaN], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0] is NaN'],
    ['an inner undefined', [{ a: undefined }], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0].a is undefined'],
    ['an undefined before another argument', [undefined, 1], {}, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0] is undefined'],
    ['a bad header', [], { headers: { at: new Date(0) } }, 'ARGUMENT_NOT_SERIALIZABLE', 'headers.at is a Date'],
    ['a large payload', ['é'.repeat(500)], {}, 'PAYLOAD_TOO_LARGE', "'maxPayloadBytes' is 1000. Store the data and pass its id."],
    ['countdown and eta', [], { countdown: 1, eta: 1 }, 'INVALID_OPTION', 'left out when countdown'],
    ['a negative countdown', [], { countdown: -1 }, 'INVALID_OPTION', "'countdown' must be a number of milliseconds that is not negative"],
    ['an unreadable countdown', [], { countdown: 'soon' }, 'INVALID_OPTION', "got 'soon'"],
    ['an invalid eta', [], { eta: new Date('x') }, 'INVALID_OPTION', "'eta' must be a valid Date"],
    ['an unreadable expires', [], { expires: 'never' }, 'INVALID_OPTION', "'expires'"],
    ['priority 10', [], { priority: 10 }, 'INVALID_OPTION', "'priority' must be a whole number from 0 to 9"],
    ['priority -1', [], { priority: -1 }, 'INVALID_OPTION', "'priority'"],
    ['priority 1.5', [], { priority: 1.5 }, 'INVALID_OPTION', "'priority'"],
    ['an empty id', [], { taskId: '' }, 'INVALID_OPTION', "'taskId'"],
    ['an unknown option', [], { countdwn: 1 }, 'UNKNOWN_OPTION', "The call of 'mail' has no option 'countdwn'. Did you mean 'countdown'?"],
    ['an unknown queue', [], { queue: 'emial' }, 'QUEUE_UNKNOWN', "Did you mean 'email'?"],
    ['a soft limit beyond the hard one', [], { softTimeLimit: 2, timeLimit: 1 }, 'INVALID_OPTION', 'no longer than timeLimit'],
  ])('refuses %s, saying what to do, and sends nothing', async (_, args, options, code, message) => {
    await expect(app.send('mail', args, options as object)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, delayed: 0 });
  });

  it('leaves optional arguments that were not given out of the message', async () => {
    app.task('count', (_context, ...args: unknown[]) => args.length);
    await app.worker({ queues: ['default'] });
    expect(await (await app.send('count', [1, undefined, undefined])).get()).toBe(1);
  });

  it('sends none of many when one of them cannot be sent', async () => {
    const calls = [
      { name: 'mail', args: [1] },
      { name: 'mail', args: [1n] },
    ];
    await expect(app.client.sendMany(calls)).rejects.toMatchObject({ code: 'ARGUMENT_NOT_SERIALIZABLE' });
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0 });
  });

  it.each([
    ['localhost:6379', 'has no scheme'],
    ['ftp://user:secret@host', "has the unknown scheme 'ftp'"],
  ])('refuses the broker URL %s without showing its password', async (broker, problem) => {
    const options = { ...resolveClientOptions({ broker }), logger: silentLogger, clock: systemClock, timeOffset: () => 0 };
    const opening = openTransport(broker, options);
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_BROKER_URL', message: expect.stringContaining(problem) });
    await expect(opening).rejects.not.toThrow('secret');
  });
});

describe('eager mode and apply()', () => {
  let app: Harness;
  afterEach(() => app.close());

  it('runs the task inline, on arguments that have been through the serializer', async () => {
    app = await Harness.open('memory://', { eager: true });
    const given = { name: 'x' };
    app.task('same', (context, value: unknown) => ({ same: value === given, value, eager: context.isEager }));
    const sent = await app.send('same', [given]);
    expect(await sent.get()).toEqual({ same: false, value: given, eager: true });
  });

  it('retries inline without waiting, and stores the failure', async () => {
    app = await Harness.open('memory://', { eager: true });
    let runs = 0;
    app.task(
      'fail',
      () => {
        runs++;
        throw new Typed('no');
      },
      { autoretryFor: [Typed], defaultRetryDelay: '1h' },
    );
    const sent = await app.send('fail');
    expect([await sent.state(), runs]).toEqual(['FAILURE', 4]);
  });

  it('honours unique keys among inline runs: a call of a task within itself, and beside it', async () => {
    app = await Harness.open('memory://', { eager: true });
    const inner: unknown[] = [];
    app.task('sync', async () => {
      const again = await app.send('sync', [], { unique: true });
      inner.push([again.id, again.deduplicated]);
      await app.send('sync', [], { unique: { onConflict: 'reject' } }).catch((error: unknown) => inner.push(error));
    });
    const sent = await app.send('sync', [], { unique: true });
    expect(inner).toEqual([[sent.id, true], expect.objectContaining({ code: 'TASK_NOT_UNIQUE', holder: sent.id })]);
    expect((await app.send('sync', [], { unique: true })).deduplicated).toBe(false);
  });

  it('frees a unique key when its task has ended, before its links, also where it could not run', async () => {
    app = await Harness.open('memory://', { eager: true });
    const unique = { key: 'k' };
    await expect(app.send('late', [], { unique })).rejects.toMatchObject({ code: 'TASK_NOT_LOCAL' });
    let runs = 0;
    app.task('late', () => ++runs);
    await app.send('late', [], { unique, link: signature('late', [], { unique }) });
    expect(runs).toBe(2);
  });

  it('holds back a link whose unique key is held, and keeps a throttle for its time', async () => {
    app = await Harness.open('memory://', { eager: true });
    let runs = 0;
    app.task('remind', () => ++runs).task('first', () => 1);
    const unique = { key: 'ada', for: '1h', while: [], onConflict: 'reject' } as const;
    await app.send('remind', [], { unique });
    await app.send('first', [], { link: signature('remind', [], { unique }) });
    await expect(app.send('remind', [], { unique })).rejects.toMatchObject({ code: 'TASK_NOT_UNIQUE' });
    const other = await app.send('remind', [], { unique, queue: 'other' });
    expect([runs, other.deduplicated]).toEqual([2, false]);
  });

  it('throws the very error at the call with eagerPropagates', async () => {
    app = await Harness.open('memory://', { eager: true, eagerPropagates: true });
    app.task('fail', () => {
      throw new Typed('no');
    });
    await expect(app.send('fail')).rejects.toBeInstanceOf(Typed);
  });

  it('fails clearly if the task is not of this process', async () => {
    app = await Harness.open('memory://', { eager: true });
    await expect(app.send('elsewhere')).rejects.toMatchObject({ code: 'TASK_NOT_LOCAL' });
  });
});
