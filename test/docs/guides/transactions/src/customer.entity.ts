import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('customer')
export class Customer {
  @PrimaryColumn('text')
  name: string;

  @Column('int')
  balance: number;
}
