import { Injectable } from '@nestjs/common';
import { Settings } from '../../settings.js';
import type { Contact } from './contact.entity.js';

/** The CRM asked for patience: the same request is welcome after `retryAfter` ms. */
export class CrmBusyError extends Error {
  override name = 'CrmBusyError';
  constructor(readonly retryAfter: number) {
    super(`the CRM asks to come back in ${retryAfter / 1000} s`);
  }
}

/** Speaks HTTP with the CRM. */
@Injectable()
export class CrmClient {
  constructor(private readonly settings: Settings) {}

  /**
   * Creates or updates; the email is the key, so that repeating it changes nothing.
   * @returns the CRM's id
   * @throws CrmBusyError
   */
  async upsert({ email, name, company }: Contact, signal: AbortSignal): Promise<string> {
    const response = await fetch(new URL(`/contacts/${encodeURIComponent(email)}`, this.settings.crmUrl), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, company }),
      signal,
    });
    if (response.status === 429) throw new CrmBusyError(Number(response.headers.get('retry-after') ?? 1) * 1000);
    if (!response.ok) throw new Error(`the CRM answered ${response.status} for ${email}`);
    const { id } = (await response.json()) as { id: string };
    return id;
  }
}
