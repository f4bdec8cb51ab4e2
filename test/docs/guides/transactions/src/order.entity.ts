import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('customer_order')
export class Order {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  customer: string;

  @Column('int')
  total: number;

  @Column('text', { default: 'placed' })
  state: string;
}
