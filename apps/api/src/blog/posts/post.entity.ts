import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('post')
export class Post {
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('text', { unique: true })
  slug: string;

  @Column('text')
  title: string;

  @Column('text')
  author: string;

  @Column('text')
  body: string;

  /** null = a draft */
  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt: Date | null;
}
