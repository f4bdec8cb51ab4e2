import { jest } from '@jest/globals';
import { monotonic } from '../../shared/monotonic.js';
import { AnswerDeadlines } from './answer-deadlines.js';

function setUp() {
  const line = { movedAt: -Infinity, reopen: jest.fn<() => void>() };
  return { line, deadlines: new AnswerDeadlines(line) };
}
const never = (): Promise<never> => new Promise(() => {});

describe('rule 31: deadlines of calls', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('a silent connection is dropped while there is time to repeat the call', async () => {
    const { line, deadlines } = setUp();
    const failed = deadlines.within(never(), 300, 500).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(310);
    expect(await failed).toMatchObject({ sent: true });
    expect(line.reopen).toHaveBeenCalledTimes(1);
  });

  it('a connection on which bytes move is kept, and the call has its whole time', async () => {
    const { line, deadlines } = setUp();
    const failed = deadlines.within(never(), 300, 500).catch((error: unknown) => error);
    const moving = setInterval(() => (line.movedAt = monotonic()), 10);
    let over = false;
    void failed.then(() => (over = true));
    await jest.advanceTimersByTimeAsync(450);
    expect(over).toBe(false);
    await jest.advanceTimersByTimeAsync(60);
    expect(await failed).toMatchObject({ sent: true });
    clearInterval(moving);
    expect(line.reopen).not.toHaveBeenCalled();
  });

  it('an answer that waits in the socket when the timer is late counts', async () => {
    const { line, deadlines } = setUp();
    let arrive!: (answer: string) => void;
    const answered = deadlines.within(new Promise<string>((resolve) => (arrive = resolve)), 300, 300);
    setTimeout(() => setImmediate(() => arrive('answer')), 300);
    await jest.advanceTimersByTimeAsync(400);
    expect(await answered).toBe('answer');
    expect(line.reopen).not.toHaveBeenCalled();
  });
});
