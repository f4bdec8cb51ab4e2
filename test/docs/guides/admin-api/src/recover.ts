import type { Admin } from './postpone.js';

/** Redrives tasks that failed while the mail server was down. @returns their number, and the length of the queue */
export async function recover({ url, token }: Admin, since: Date): Promise<{ redriven: number; waiting: number }> {
  const send = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/admin/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(((await response.json()) as { detail: string }).detail);
    return (await response.json()) as T;
  };

  const { redriven } = await send<{ redriven: number }>('POST', '/dead-letters/redrive', { queue: 'email', since: since.toISOString() });
  const { lengths } = await send<{ lengths: { ready: number } }>('GET', '/queues/email');
  return { redriven, waiting: lengths.ready };
}
