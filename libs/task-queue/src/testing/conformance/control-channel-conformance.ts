import assert from 'node:assert/strict';
import type { ControlChannel, ControlCommand } from '../../ports/control-channel.js';
import type { HarnessFactory } from './harness.js';
import { staged } from './stage.js';
import { testRunner } from './test-runner.js';

/** What every control channel must do. Nothing arriving is proven by a later command that does. */
export function controlChannelConformance(factory: HarnessFactory): void {
  const test = staged(factory);
  testRunner().describe('control channel', () => {
    test('a command reaches every process, the sender too, as it was announced', async (stage) => {
      const other = await stage.another();
      const ears = [await Ear.at(stage.transport.control), await Ear.at(stage.transport.control), await Ear.at(other.control)];
      const command = revoke('a', 'b\u0000:{}👋');
      await other.control.announce(command);
      for (const ear of ears) assert.deepEqual(await ear.next(), command);
    });

    test('commands come in the order of their announcement', async (stage) => {
      const ear = await Ear.at((await stage.another()).control);
      for (const id of ['a', 'b', 'c']) await stage.transport.control.announce(revoke(id));
      assert.deepEqual([await ear.next(), await ear.next(), await ear.next()], ['a', 'b', 'c'].map((id) => revoke(id))); // prettier-ignore
    });

    test('who stopped listening hears nothing more, and the others still do', async (stage) => {
      const { control } = stage.transport;
      const [gone, ear] = [await Ear.at(control), await Ear.at(control)];
      await gone.stop();
      await gone.stop();
      await control.announce(revoke('a'));
      await ear.next();
      assert.deepEqual(gone.heard, []);
    });

    test('a listener that throws keeps no other from hearing', async (stage) => {
      const { control } = stage.transport;
      await control.listen(() => {
        throw new Error('deaf');
      });
      const ear = await Ear.at(control);
      await control.announce(revoke('a'));
      await control.announce(revoke('b'));
      assert.deepEqual([await ear.next(), await ear.next()], [revoke('a'), revoke('b')]);
    });

    test('another key prefix hears nothing', async (stage) => {
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
  });
}

function revoke(...ids: readonly string[]): ControlCommand {
  return { type: 'revoke', ids, terminate: true };
}

/** Listens, and gives what it hears one by one. */
class Ear {
  readonly heard: ControlCommand[] = [];
  stop!: () => Promise<void>;
  private expecting: ((command: ControlCommand) => void) | null = null;

  static async at(control: ControlChannel): Promise<Ear> {
    const ear = new Ear();
    ear.stop = await control.listen((command) => ear.hear(command));
    return ear;
  }

  next(): Promise<ControlCommand> {
    const command = this.heard.shift();
    if (command) return Promise.resolve(command);
    return new Promise((resolve) => (this.expecting = resolve));
  }

  private hear(command: ControlCommand): void {
    const expecting = this.expecting;
    this.expecting = null;
    if (expecting) expecting(command);
    else this.heard.push(command);
  }
}
