import type { ControlCommand } from '../../libs/task-queue/src/core/ports/control/control-channel.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { Rig, rigged } from './rig.js';

const at = (rig: Rig, database: number) => rig.connected(`${rig.url}/${database}`);
const command = (id: string): ControlCommand => ({ type: 'revoke', ids: [id], terminate: false });

/** What a process hears, and how to wait for the next. */
async function listen(transport: CompleteTransport) {
  const heard: ControlCommand[] = [];
  let next: () => void;
  const first = new Promise<void>((resolve) => (next = resolve));
  await transport.control.listen((one) => (heard.push(one), next()));
  return { heard, first };
}

describe('rule 34: databases of one server, with the same key prefix', () => {
  it(
    'a command to the workers of one is not heard in the other, whose own arrive',
    rigged(async (rig) => {
      const [production, staging] = [await at(rig, 0), await at(rig, 1)];
      const [there, here] = [await listen(production), await listen(staging)];
      await staging.control.announce(command('a'));
      await here.first;
      await production.control.announce(command('b'));
      await there.first;
      expect([there.heard, here.heard]).toEqual([[command('b')], [command('a')]]);
    }),
  );

  it(
    'answers and results have channels of their own',
    rigged(async (rig) => {
      const end = new AbortController();
      for (const database of [0, 1, 2]) {
        const { control, results } = await at(rig, database);
        await control.hear('address', () => undefined);
        void results.wait('id', end.signal);
      }
      let channels: string[] = [];
      while (channels.length < 6) channels = (await rig.admin.pubsub('CHANNELS', `${rig.prefix}:*`)) as string[];
      end.abort();
      expect(new Set(channels).size).toBe(6);
    }),
  );

  it(
    'the number may be among the options of the driver',
    rigged(async (rig) => {
      const connection = { connectionName: rig.prefix, db: 1 };
      const [named, given] = [await at(rig, 1), await rig.connected(rig.url, { connection })];
      const ear = await listen(given);
      await named.control.announce(command('a'));
      await ear.first;
      expect(ear.heard).toEqual([command('a')]);
    }),
  );
});
