import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('contact')
export class Contact {
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('text', { unique: true })
  email: string;

  @Column('text')
  name: string;

  @Column('text')
  company: string;

  /** its id in the CRM; null = never synced */
  @Column('text', { name: 'crm_id', nullable: true })
  crmId: string | null;

  @Column('timestamptz', { name: 'synced_at', nullable: true })
  syncedAt: Date | null;
}
