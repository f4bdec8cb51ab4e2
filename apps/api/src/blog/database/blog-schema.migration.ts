import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first schema. Ids come from gen_random_uuid(), which needs no extension. */
export class BlogSchema1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE post (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        slug text NOT NULL UNIQUE,
        title text NOT NULL,
        author text NOT NULL,
        body text NOT NULL,
        published_at timestamptz
      );
      CREATE TABLE subscriber (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email text NOT NULL UNIQUE,
        name text NOT NULL,
        subscribed_on date NOT NULL
      );
      CREATE TABLE post_email (
        post_id uuid NOT NULL REFERENCES post ON DELETE CASCADE,
        subscriber_id uuid NOT NULL REFERENCES subscriber ON DELETE CASCADE,
        sent_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (post_id, subscriber_id)
      );
      CREATE TABLE photo (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        file_name text NOT NULL UNIQUE,
        caption text NOT NULL,
        thumbnail_made_at timestamptz
      );
      CREATE TABLE contact (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email text NOT NULL UNIQUE,
        name text NOT NULL,
        company text NOT NULL,
        crm_id text,
        synced_at timestamptz
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE contact, photo, post_email, subscriber, post');
  }
}
