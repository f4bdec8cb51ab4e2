import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A sent email. Its key makes sending idempotent: there is at most one row for a post and a subscriber, however often the
 * task runs.
 */
@Entity('post_email')
export class PostEmail {
  @PrimaryColumn('uuid', { name: 'post_id' })
  postId: string;

  @PrimaryColumn('uuid', { name: 'subscriber_id' })
  subscriberId: string;

  @Column('timestamptz', { name: 'sent_at', default: () => 'now()' })
  sentAt: Date;
}
