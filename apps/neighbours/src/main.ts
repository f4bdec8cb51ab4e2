import { FakeCrm } from './fake-crm.js';
import { Mailbox } from './mailbox.js';
import { NeighboursWeb } from './neighbours-web.js';

// For `start:api` and `start:worker`, whose settings expect a mail server and a CRM on these ports.
const mailbox = new Mailbox({ refuseEvery: 40 });
const crm = new FakeCrm({ refuseEvery: 5, retryAfter: [1, 2] });
const web = new NeighboursWeb(mailbox, crm);

console.log(`mail ${await mailbox.start(1025)}, CRM ${await crm.start(4010)}, to look at ${await web.start(4020)}/mailbox and /crm`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.all([mailbox.stop(), crm.stop(), web.stop()]));
}
