export interface Admin {
  readonly url: string;
  readonly token: string;
}

/** Creates a schedule, previews its runs and moves it, unless another user has edited it meanwhile. */
export async function postpone({ url, token }: Admin): Promise<string[]> {
  const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${url}/admin/v1/schedules${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  const made = await send('POST', '', { name: 'nightly report', task: 'reports.send', schedule: '0 2 * * *', args: ['vn'] });
  const { id } = (await made.json()) as { id: string };
  const moved = await send('PATCH', `/${id}`, { schedule: '0 4 * * *' }, { 'if-match': made.headers.get('etag')! });
  if (moved.status === 412) throw new Error('another user has edited it: read it again');
  const preview = await send('GET', `/${id}/preview?count=2&after=2030-01-01T00:00:00Z`);
  return ((await preview.json()) as { ticks: string[] }).ticks;
}
