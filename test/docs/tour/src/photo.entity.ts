import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Stands for the reader's own entity. */
@Entity()
export class Photo {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  caption: string;
}
