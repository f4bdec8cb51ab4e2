import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('photo')
export class Photo {
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('text', { name: 'file_name', unique: true })
  fileName: string;

  @Column('text')
  caption: string;

  /** null = no thumbnail yet */
  @Column('timestamptz', { name: 'thumbnail_made_at', nullable: true })
  thumbnailMadeAt: Date | null;
}
