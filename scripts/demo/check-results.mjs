import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';

const THUMBNAIL = '320 × 213';

/**
 * Checks the effects of the tasks at their destinations: mailbox, disk and CRM.
 *
 * @param {{ interruptions?: number }} run how often the demo was stopped in the middle of this run
 * @returns {Promise<{ ok: boolean, text: string }[]>}
 */
export async function checkEverything({ system, client, tasks, subscribers, interruptions = 0 }) {
  const posts = await client.get('/posts');
  const contacts = await client.get('/contacts');
  const photos = await client.get('/photos');
  return [
    checkMails(system.mailbox, posts, subscribers, interruptions),
    await checkThumbnails(join(system.storage, 'thumbnails'), photos),
    await checkExport(join(system.storage, 'exports'), tasks, subscribers),
    checkContacts(system.crm, contacts),
  ];
}

/**
 * When everything is killed, one email of each post may have been sent but not recorded. It is sent again, and the mail server
 * drops the copy by its Message-ID. No other duplicate is allowed.
 */
function checkMails({ mails, deferred, duplicates }, posts, subscribers, interruptions) {
  const wanted = posts.length * subscribers.length;
  const pairs = new Set(mails.map((mail) => `${mail.subject} → ${mail.to}`)).size;
  const text = `${mails.length} emails in the mailbox for ${posts.length} posts × ${subscribers.length} subscribers`;
  const ok = mails.length === wanted && pairs === wanted && duplicates <= interruptions * posts.length;
  const verdict = ok ? 'one each' : `${wanted - pairs} missing, ${duplicates + mails.length - pairs} double`;
  const dropped = ok && duplicates > 0 ? `, and ${duplicates} came again after the interruption and were dropped` : '';
  return { ok, text: `${text}: ${verdict}, though ${deferred} were refused at first${dropped}` };
}

async function checkThumbnails(folder, photos) {
  const sizes = await Promise.all(photos.map(({ id }) => sizeOf(join(folder, `${id}.jpg`))));
  const right = sizes.filter((size) => size === THUMBNAIL).length;
  return { ok: right === photos.length, text: `${right} of ${photos.length} thumbnails on disk, ${THUMBNAIL} pixels` };
}

async function sizeOf(file) {
  try {
    const { width, height } = await sharp(await readFile(file)).metadata();
    return `${width} × ${height}`;
  } catch {
    return 'missing';
  }
}

async function checkExport(folder, tasks, subscribers) {
  const [wanted] = tasks.filter((task) => task.kind === 'export_subscribers').map((task) => `subscribers-${task.id}.csv`);
  const files = await readdir(folder).catch(() => []);
  const isThere = files.length === 1 && files[0] === wanted; // and no draft beside it
  const rows = isThere ? parse(await readFile(join(folder, wanted)), { columns: true }) : [];
  const emails = new Set(rows.map((row) => row.email));
  const ok = rows.length === subscribers.length && subscribers.every(({ email }) => emails.has(email));
  return { ok, text: `${rows.length} of ${subscribers.length} subscribers in the exported CSV` };
}

function checkContacts(crm, contacts) {
  const synced = contacts.filter(({ email, crmId }) => crmId !== null && crm.contacts.get(email)?.id === crmId).length;
  const { refusals, tooEarly } = crm;
  const ok = synced === contacts.length && tooEarly.length === 0;
  const retryAfter = `${refusals.length} were told "Retry-After", ${tooEarly.length} came back too early`;
  return { ok, text: `${synced} of ${contacts.length} contacts in the CRM; ${retryAfter}` };
}
