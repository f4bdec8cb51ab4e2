import { pass, struck, type Fault, type FaultContext } from '../fault.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';

const proxiesOf = ({ fleet, proxy }: FaultContext): TcpProxy[] => [proxy, ...fleet.workers.map((worker) => worker.proxy)];

/** All connections break, again and again; for a while new ones are refused, too. */
export const cut: Fault = {
  name: 'connections cut',
  gentle: false,
  unspent: false,
  async strike(context) {
    const { random, spell } = context;
    for (let times = random.whole(2, 4); times > 0; times--) {
      const refuse = random.chance(0.3);
      for (const proxy of proxiesOf(context)) {
        proxy.refuse = refuse;
        proxy.cut();
      }
      await pass(random.whole(spell / 20, spell / 5));
      for (const proxy of proxiesOf(context)) proxy.heal();
    }
    return struck();
  },
};

/** Nothing passes, and nobody is told: for everybody, for less than a lease or for longer, or for one worker for longer. */
export const blackHole: Fault = {
  name: 'black hole',
  gentle: false,
  unspent: false,
  async strike(context) {
    const { random, fleet, lease } = context;
    const everybody = random.chance(0.7);
    const short = everybody && random.chance(0.7);
    const away = everybody ? proxiesOf(context) : [random.pick(fleet.workers).proxy];
    for (const proxy of away) proxy.held = true;
    await pass(short ? random.whole(lease / 5, lease / 2) : lease * 1.3);
    // After a partition what was under way still arrives, unless the connection has died of it.
    if (random.chance(0.5)) for (const proxy of away) proxy.cut();
    for (const proxy of away) proxy.heal();
    return struck();
  },
};

/** A slow way to the server. */
export const delay: Fault = {
  name: 'slow connections',
  gentle: false,
  unspent: false,
  async strike(context) {
    const { random, spell } = context;
    for (const proxy of proxiesOf(context)) proxy.delay = random.whole(20, 200);
    await pass(spell);
    for (const proxy of proxiesOf(context)) proxy.heal();
    return struck();
  },
};
