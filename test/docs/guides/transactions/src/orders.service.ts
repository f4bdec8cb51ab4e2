import { Injectable } from '@nestjs/common';
import { TaskClient } from 'nestjs-task-queue';
import { DataSource } from 'typeorm';
import { Order } from './order.entity.js';
import { OrderTasks } from './order.tasks.js';

@Injectable()
export class OrdersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly tasks: TaskClient,
  ) {}

  /** Either the order exists and its confirmation is sent, or neither. */
  place(customer: string, total: number): Promise<Order> {
    return this.dataSource.transaction(async (manager) => {
      const order = await manager.save(Order, { customer, total });
      await this.tasks.withManager(manager).for(OrderTasks).confirm.delay(order.id);
      return order;
    });
  }
}
