import { pass, struck, type Fault } from '../fault.js';

/** The server is killed, or ended, and comes back: soon, or after every lease has run out. */
export const restart: Fault = {
  name: 'server restarted',
  gentle: false,
  unspent: false,
  async strike({ random, server, spell, lease }) {
    if (random.chance(0.7)) {
      await server.kill();
      await pass(random.chance(0.3) ? lease * 1.3 : random.whole(0, spell / 2));
    }
    await server.restart();
    return struck();
  },
};
