import { pass } from '../../fault.js';
import type { TcpProxy } from '../../../support/tcp-proxy.js';
import type { StormContext, Strike } from '../storm.js';

function proxiesOf({ fleet, proxy, random }: StormContext): TcpProxy[] {
  const all = [proxy, ...fleet.workers.map((worker) => worker.proxy)];
  return random.chance(0.6) ? all : random.shuffled(all).slice(0, random.whole(1, 3));
}

/** What is asked arrives, and nobody hears what came of it; then the connections break. */
export const swallow: Strike = {
  name: 'answers swallowed',
  ground: 'network',
  async strike(context) {
    const { random, spell } = context;
    const proxies = proxiesOf(context);
    for (let times = random.whole(1, 3); times > 0; times--) {
      for (const proxy of proxies) proxy.mute();
      await pass(random.whole(spell / 50, spell / 4));
      for (const proxy of proxies) proxy.cut();
      await pass(random.whole(spell / 20, spell / 4));
    }
  },
};

/** Each connection carries little a second, so that large messages and batches take their time. */
export const slowLine: Strike = {
  name: 'slow line',
  ground: 'network',
  async strike(context) {
    const proxies = proxiesOf(context);
    const rate = context.random.whole(100_000, 600_000);
    for (const proxy of proxies) proxy.rate = rate;
    await pass(context.spell * context.random.whole(1, 4));
    for (const proxy of proxies) proxy.heal();
  },
};
