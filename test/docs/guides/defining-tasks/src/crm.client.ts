import { Injectable } from '@nestjs/common';

export class CrmError extends Error {}

@Injectable()
export class CrmClient {
  async push(customerId: string, signal: AbortSignal): Promise<string> {
    const response = await fetch(`http://crm.invalid/customers/${customerId}`, { method: 'PUT', signal });
    if (!response.ok) throw new CrmError(`the CRM answered ${response.status}`);
    return response.text();
  }
}
