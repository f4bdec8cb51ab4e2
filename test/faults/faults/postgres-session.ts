import pg from 'pg';

/** A session that may be ended by the server, as those of others are. */
export async function openSession(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'fault' });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export async function asking<T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await openSession(url);
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}
