import { Injectable } from '@nestjs/common';
import { Settings } from '../../settings.js';
import type { Contact } from './contact.entity.js';

/** The CRM refused for now: the request may be repeated after `retryAfter` ms. */
export class CrmBusyError extends Error {
  override name = 'CrmBusyError';
  constructor(readonly retryAfter: number) {
    super(`the CRM asks to come back in ${retryAfter / 1000} s`);
  }
}

/** The CRM cannot be reached or has an internal error: a retry may succeed. */
export class CrmUnavailableError extends Error {
  override name = 'CrmUnavailableError';
}

/** The HTTP client of the CRM. */
@Injectable()
export class CrmClient {
  constructor(private readonly settings: Settings) {}

  /**
   * Creates or updates a contact. The email is the key, so repeating the call changes nothing.
   * @returns the CRM's id
   * @throws CrmBusyError · CrmUnavailableError
   */
  async upsert({ email, name, company }: Contact, signal: AbortSignal): Promise<string> {
    const { response, answer } = await this.put(`/contacts/${encodeURIComponent(email)}`, { name, company }, signal);
    if (response.status === 429) throw new CrmBusyError(Number(response.headers.get('retry-after') ?? 1) * 1000);
    if (response.status >= 500) throw new CrmUnavailableError(`the CRM answered ${response.status} for ${email}`);
    if (!response.ok) throw new Error(`the CRM answered ${response.status} for ${email}`);
    return (answer as { id: string }).id;
  }

  private async put(path: string, body: object, signal: AbortSignal): Promise<{ response: Response; answer: unknown }> {
    const headers = { 'content-type': 'application/json' };
    try {
      const response = await fetch(new URL(path, this.settings.crmUrl), { method: 'PUT', headers, body: JSON.stringify(body), signal });
      return { response, answer: await response.json() };
    } catch (error) {
      signal.throwIfAborted();
      throw new CrmUnavailableError('the CRM gave no answer', { cause: error });
    }
  }
}
