import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { outsideTransaction, Task, TaskClient, type Injected } from 'nestjs-task-queue';
import { Tx } from 'nestjs-task-queue/typeorm';
import { Repository, type EntityManager } from 'typeorm';
import { Customer } from './customer.entity.js';
import { Order } from './order.entity.js';

@Injectable()
export class OrderTasks {
  readonly confirmed: string[] = [];

  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    private readonly tasks: TaskClient,
  ) {}

  @Task({ name: 'orders.confirm' })
  async confirm(orderId: string): Promise<void> {
    this.confirmed.push(orderId);
  }

  /** The customer pays once, however often the task is delivered. */
  @Task({ name: 'orders.pay', transactional: true })
  async pay(orderId: string): Promise<number> {
    await outsideTransaction(() => this.orders.update(orderId, { state: 'paying' })); // visible at once, and kept if the task fails
    const order = await this.orders.findOneByOrFail({ id: orderId });
    await this.customers.decrement({ name: order.customer }, 'balance', order.total);
    await this.tasks.for(OrderTasks).ship.delay(orderId); // sent when the payment is committed
    return order.total;
  }

  @Task({ name: 'orders.ship', transactional: { isolation: 'SERIALIZABLE' } })
  async ship(orderId: string, @Tx() manager: Injected<EntityManager>): Promise<void> {
    await manager.update(Order, orderId, { state: 'shipped' });
  }
}
