import type { Socket } from 'node:net';
import { jest } from '@jest/globals';
import { AnswerWatch } from './answer-watch.js';

/** A watch over a socket whose counters the test sets; `pass` lets time pass second by second. */
function setUp() {
  const socket = { bytesRead: 0, _handle: { writeQueueSize: 0 } };
  const silent = jest.fn<() => void>();
  const watch = new AnswerWatch(() => socket as unknown as Socket, silent);
  const pass = async (seconds: number, each = (): void => {}): Promise<void> => {
    for (let at = 0; at < seconds; at++) {
      each();
      await jest.advanceTimersByTimeAsync(1_000);
    }
  };
  return { socket, silent, watch, pass };
}

describe('rule 31: a connection is judged by silence, not by an unfinished answer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is dead when nothing has moved for some seconds while a call is pending', async () => {
    const { watch, silent, pass } = setUp();
    watch.asked();
    await pass(4);
    expect(silent).not.toHaveBeenCalled();
    await pass(3);
    expect(silent).toHaveBeenCalled();
  });

  it('lives while bytes of an answer arrive, however long it takes', async () => {
    const { socket, watch, silent, pass } = setUp();
    watch.asked();
    await pass(60, () => (socket.bytesRead += 1));
    expect(silent).not.toHaveBeenCalled();
    await pass(7);
    expect(silent).toHaveBeenCalled();
  });

  it('lives while what was written drains; writing into a socket that drains no more is no sign of life', async () => {
    const { socket, watch, silent, pass } = setUp();
    socket._handle.writeQueueSize = 1_000;
    watch.asked();
    await pass(60, () => (socket._handle.writeQueueSize -= 1));
    expect(silent).not.toHaveBeenCalled();
    await pass(7);
    expect(silent).toHaveBeenCalled();
  });

  it('may be silent while no call is pending', async () => {
    const { watch, silent, pass } = setUp();
    watch.asked();
    watch.answered();
    await pass(60);
    watch.asked();
    await pass(4);
    expect(silent).not.toHaveBeenCalled();
  });

  it('is judged after input that waits in the socket was read', async () => {
    const { socket, watch, silent, pass } = setUp();
    watch.asked();
    await pass(5);
    // The timer of the check is late: the answer is read after it.
    setImmediate(() => (socket.bytesRead += 1));
    await pass(1);
    expect(silent).not.toHaveBeenCalled();
  });
});
