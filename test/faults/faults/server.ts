import { pass, struck, type Fault } from '../fault.js';

/** The server is killed, or ended, and comes back. */
export const restart: Fault = {
  name: 'server restarted',
  gentle: false,
  async strike({ random, server, spell }) {
    if (random.chance(0.7)) {
      await server.kill();
      await pass(random.whole(0, spell / 2));
    }
    await server.restart();
    return struck();
  },
};
