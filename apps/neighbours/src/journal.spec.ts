import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { FakeCrm } from './fake-crm.js';
import { Journal } from './journal.js';
import { Mailbox } from './mailbox.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'journal-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a journal', () => {
  it('loses only a line that a crash has cut', async () => {
    const file = join(folder, 'deep', 'journal.jsonl');
    new Journal(file).note({ n: 1 });
    await appendFile(file, '\n{"n":');
    new Journal(file).note({ n: 3 });

    expect(new Journal(file).read()).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('stores nothing without a file', () => {
    const journal = new Journal();
    journal.note({ n: 1 });

    expect(journal.read()).toEqual([]);
  });
});

describe('a restarted mailbox', () => {
  const deliver = async (journal: string, recipients: number) => {
    const mailbox = new Mailbox({ refuseEvery: 2, journal });
    const { hostname, port } = new URL(await mailbox.start());
    const smtp = createTransport({ host: hostname, port: Number(port), ignoreTLS: true });
    for (let n = 1; n <= recipients; n++) {
      await smtp.sendMail({ messageId: `<${n}@x>`, from: 'a@x.example', to: `${n}@x.example`, subject: 's', text: 't' }).catch(() => {});
    }
    await mailbox.stop();
    return mailbox;
  };

  it('restores mails and refusals, and drops a second copy of an earlier mail', async () => {
    const journal = join(folder, 'mailbox.jsonl');
    const before = await deliver(journal, 3); // the second is refused
    const after = await deliver(journal, 1);

    expect(after.mails).toEqual(before.mails);
    expect(after.mails.map(({ to, receivedAt }) => [to, receivedAt instanceof Date])).toEqual([
      ['1@x.example', true],
      ['3@x.example', true],
    ]);
    expect([after.deferred, after.duplicates]).toEqual([1, 1]);
  });
});

describe('a restarted CRM', () => {
  const sync = async (crm: FakeCrm, email: string): Promise<number> => {
    const url = await crm.start();
    const { status } = await fetch(`${url}/contacts/${email}`, { method: 'PUT', body: JSON.stringify({ name: 'Ann', company: 'Acme' }) });
    await crm.stop();
    return status;
  };

  it('restores its contacts and its refusals', async () => {
    const options = { refuseEvery: 2, retryAfter: [3600], journal: join(folder, 'crm.jsonl') };
    const before = new FakeCrm(options);
    const statuses = [await sync(before, 'ann@x.example'), await sync(before, 'bob@x.example')];
    const after = new FakeCrm(options);
    await sync(after, 'bob@x.example');

    expect(statuses).toEqual([200, 429]);
    expect(after.contacts.get('ann@x.example')).toEqual(before.contacts.get('ann@x.example'));
    expect([after.contacts.size, after.refusals.length, after.tooEarly.length]).toEqual([2, 1, 1]);
  });
});
