import { TcpProxy } from '../../support/tcp-proxy.js';
import { struck, type Fault } from '../fault.js';
import { call } from '../load.js';

/** Several batches: some have arrived when it dies, some not. */
const CALLS = 600;

/** A producer dies between its publish and the answer; whoever sends the same ids again doubles nothing. */
export const producer: Fault = {
  name: 'producer killed',
  gentle: true,
  unspent: true,
  async strike({ round, random, server, sender, produce }) {
    const calls = Array.from({ length: CALLS }, (_, n) => call('work', `${round}-producer${n}`, [random.whole(0, 10)]));
    const proxy = await TcpProxy.before(server.url);
    try {
      const asked = proxy.request(`${round}-producer`);
      proxy.loseAnswerTo(`${round}-producer`);
      const child = produce(proxy.url, calls);
      await Promise.race([asked, child.ended.then(() => Promise.reject(new Error('the producer ended before it was killed')))]);
      await child.kill();
    } finally {
      await proxy.stop();
    }
    await sender.send(calls);
    return struck();
  },
};
