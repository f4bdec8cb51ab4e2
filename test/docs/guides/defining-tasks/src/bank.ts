import { Injectable } from '@nestjs/common';

export class BankUnreachable extends Error {}
export class CardDeclined extends Error {}

@Injectable()
export class Bank {
  async charge(orderId: string): Promise<string> {
    throw new BankUnreachable(`nobody answers for ${orderId}`);
  }
}
