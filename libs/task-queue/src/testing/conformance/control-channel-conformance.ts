import assert from 'node:assert/strict';
import type { ControlAnswer, ControlChannel, ControlCommand } from '../../core/ports/control/control-channel.js';
import type { HarnessFactory } from './harness.js';
import { staged, type StagedTest } from './stage.js';
import { testRunner } from './test-runner.js';

/** Tests of a control channel. That a command does not arrive is proven by a later command that does. */
export function controlChannelConformance(factory: HarnessFactory): void {
  const test = staged(factory);
  testRunner().describe('control channel', () => {
    announcing(test);
    answering(test);
  });
}

function announcing(test: StagedTest): void {
  test('a command reaches every process unchanged, including the sender', async (stage) => {
    const other = await stage.another();
    const ears = [await Ear.at(stage.transport.control), await Ear.at(stage.transport.control), await Ear.at(other.control)];
    const command = revoke('a', 'b\u0000:{}👋');
    await other.control.announce(command);
    for (const ear of ears) assert.deepEqual(await ear.next(), command);
  });

  test('commands arrive in the order in which they were announced', async (stage) => {
    const ear = await Ear.at((await stage.another()).control);
    for (const id of ['a', 'b', 'c']) await stage.transport.control.announce(revoke(id));
    assert.deepEqual([await ear.next(), await ear.next(), await ear.next()], ['a', 'b', 'c'].map((id) => revoke(id))); // prettier-ignore
  });

  test('a listener that stopped hears nothing more, and the others still do', async (stage) => {
    const { control } = stage.transport;
    const [gone, ear] = [await Ear.at(control), await Ear.at(control)];
    await gone.stop();
    await gone.stop();
    await control.announce(revoke('a'));
    await ear.next();
    assert.deepEqual(gone.heard, []);
  });

  test('a listener that throws does not keep the others from hearing', async (stage) => {
    const { control } = stage.transport;
    await control.listen(() => {
      throw new Error('deaf');
    });
    const ear = await Ear.at(control);
    await control.announce(revoke('a'));
    await control.announce(revoke('b'));
    assert.deepEqual([await ear.next(), await ear.next()], [revoke('a'), revoke('b')]);
  });

  test('a transport with another key prefix hears nothing', async (stage) => {
    const stranger = await stage.another({ keyPrefix: `stranger-${Date.now()}` });
    const [near, far] = [await Ear.at(stage.transport.control), await Ear.at(stranger.control)];
    await stage.transport.control.announce(revoke('a'));
    await near.next();
    await stranger.control.announce(revoke('b'));
    assert.deepEqual(await far.next(), revoke('b'));
  });

  test('a closed transport hears nothing more', async (stage) => {
    const other = await stage.another();
    const [gone, ear] = [await Ear.at(other.control), await Ear.at(stage.transport.control)];
    await other.close();
    await stage.transport.control.announce(revoke('a'));
    await ear.next();
    assert.deepEqual(gone.heard, []);
  });
}

function answering(test: StagedTest): void {
  const address = 'here:1';
  const answer = (value: unknown): ControlAnswer => ({ worker: 'w@host', value });

  test('an answer reaches only the listener at its address, unchanged', async (stage) => {
    const other = await stage.another();
    const [asked, neighbour] = [await Ear.for(stage.transport.control, address), await Ear.for(stage.transport.control, 'here:2')];
    const refused: ControlAnswer = { worker: 'b\u0000:{}👋', error: { code: 'TASK_UNKNOWN', message: 'no' } };
    await other.control.answer(address, refused);
    assert.deepEqual(await asked.next(), refused);
    await other.control.answer('here:2', answer(['long', 'x'.repeat(20_000)]));
    assert.deepEqual(await neighbour.next(), answer(['long', 'x'.repeat(20_000)]));
    assert.deepEqual(asked.heard, []);
  });

  test('no answer is lost when many workers answer at once', async (stage) => {
    const others = [await stage.another(), await stage.another()];
    const ear = await Ear.for(stage.transport.control, address);
    await Promise.all(Array.from({ length: 20 }, (_, at) => others[at % 2]!.control.answer(address, answer(at))));
    const values = [];
    for (let count = 0; count < 20; count++) values.push((await ear.next()).value as number);
    assert.deepEqual(values.sort((a, b) => a - b), Array.from({ length: 20 }, (_, at) => at)); // prettier-ignore
  });

  test('answers to a listener that stopped or was closed are dropped without an error', async (stage) => {
    const other = await stage.another();
    const [gone, closed] = [await Ear.for(stage.transport.control, address), await Ear.for(other.control, 'here:2')];
    await gone.stop();
    await gone.stop();
    await other.close();
    const ear = await Ear.for(stage.transport.control, 'here:3');
    for (const to of [address, 'here:2', 'here:3']) await stage.transport.control.answer(to, answer('late'));
    await ear.next();
    assert.deepEqual([gone.heard, closed.heard], [[], []]);
  });

  test('the same address under another key prefix is a different address', async (stage) => {
    const stranger = await stage.another({ keyPrefix: `stranger-${Date.now()}` });
    const [near, far] = [await Ear.for(stage.transport.control, address), await Ear.for(stranger.control, address)];
    await stage.transport.control.answer(address, answer('near'));
    await near.next();
    await stranger.control.answer(address, answer('far'));
    assert.deepEqual(await far.next(), answer('far'));
  });
}

function revoke(...ids: readonly string[]): ControlCommand {
  return { type: 'revoke', ids, terminate: true };
}

/** A listener whose commands are read one by one. */
class Ear<T extends ControlCommand | ControlAnswer> {
  readonly heard: T[] = [];
  stop!: () => Promise<void>;
  private expecting: ((told: T) => void) | null = null;

  static async at(control: ControlChannel): Promise<Ear<ControlCommand>> {
    const ear = new Ear<ControlCommand>();
    ear.stop = await control.listen((command) => ear.hear(command));
    return ear;
  }

  static async for(control: ControlChannel, address: string): Promise<Ear<ControlAnswer>> {
    const ear = new Ear<ControlAnswer>();
    ear.stop = await control.hear(address, (answer) => ear.hear(answer));
    return ear;
  }

  next(): Promise<T> {
    const told = this.heard.shift();
    if (told) return Promise.resolve(told);
    return new Promise((resolve) => (this.expecting = resolve));
  }

  private hear(told: T): void {
    const expecting = this.expecting;
    this.expecting = null;
    if (expecting) expecting(told);
    else this.heard.push(told);
  }
}
