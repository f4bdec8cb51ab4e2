import { FakeCrm } from './fake-crm.js';
import { LOOPBACK } from './listen.js';
import { Mailbox } from './mailbox.js';
import { NeighboursWeb } from './neighbours-web.js';

// For `start:api` and `start:worker`, whose settings expect a mail server and a CRM on these ports.
const mailbox = new Mailbox({ refuseEvery: 40 });
const crm = new FakeCrm({ refuseEvery: 5, retryAfter: [1, 2] });
const web = new NeighboursWeb(mailbox, crm);

const host = process.env.HOST ?? LOOPBACK;
const [smtp, api, page] = await Promise.all([mailbox.start(1025, host), crm.start(4010, host), web.start(4020, host)]);
console.log(`mail server ${smtp}, CRM ${api}; their contents: ${page}/mailbox and ${page}/crm`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.all([mailbox.stop(), crm.stop(), web.stop()]));
}
