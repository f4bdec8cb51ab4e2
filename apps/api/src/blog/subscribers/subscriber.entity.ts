import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('subscriber')
export class Subscriber {
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('text', { unique: true })
  email: string;

  @Column('text')
  name: string;

  @Column('date', { name: 'subscribed_on' })
  subscribedOn: string;
}
