import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { Contact } from '../contacts/contact.entity.js';
import { Photo } from '../photos/photo.entity.js';
import { Post } from '../posts/post.entity.js';
import { Subscriber } from '../subscribers/subscriber.entity.js';

/** The id of the lock that lets one process at a time prepare the database. */
const LOCK = 7_341_001;

/** Brings the schema up to date and loads the CSV files. Existing rows stay unchanged; several processes may call it at once. */
export async function migrateAndSeed(dataSource: DataSource, dataDir: string): Promise<void> {
  await dataSource.transaction(async (lock) => {
    await lock.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await dataSource.runMigrations();
    await seed(dataSource, dataDir);
  });
}

async function seed(dataSource: DataSource, dataDir: string): Promise<void> {
  const load = <T extends ObjectLiteral>(entity: EntityTarget<T>, file: string, toRow: (record: Record<string, string>) => object) =>
    loadCsv(dataSource, entity, join(dataDir, file), toRow);
  await load(Post, 'posts.csv', ({ slug, title, author, body }) => ({ slug, title, author, body }));
  await load(Subscriber, 'subscribers.csv', ({ email, name, subscribed_on }) => ({ email, name, subscribedOn: subscribed_on }));
  await load(Photo, 'photos.csv', ({ file_name, caption }) => ({ fileName: file_name, caption }));
  await load(Contact, 'contacts.csv', ({ email, name, company }) => ({ email, name, company }));
}

async function loadCsv<T extends ObjectLiteral>(
  dataSource: DataSource,
  entity: EntityTarget<T>,
  file: string,
  toRow: (record: Record<string, string>) => object,
): Promise<void> {
  const records: Record<string, string>[] = parse(await readFile(file), { columns: true });
  await dataSource.createQueryBuilder().insert().into(entity).values(records.map(toRow)).orIgnore().updateEntity(false).execute();
}
