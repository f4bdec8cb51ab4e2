import type { RedisOptions } from 'ioredis';
import { InvalidBrokerUrlError } from '../../../core/errors/boot-errors.js';
import { maskPassword } from '../../../core/policies/mask-password.js';

export interface RedisAddress {
  /** the URL without its password, for logs and errors */
  readonly shown: string;
  readonly options: RedisOptions;
}

/**
 * Reads `redis://user:password@host:port/db` (or `rediss://` for TLS).
 * @throws InvalidBrokerUrlError with the password masked
 */
export function parseRedisUrl(url: string): RedisAddress {
  const shown = maskPassword(url);
  const refuse = (problem: string): never => {
    throw new InvalidBrokerUrlError(shown, problem);
  };
  const scheme = /^(rediss?):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return refuse("has no scheme 'redis' or 'rediss'");
  if (!URL.canParse(url)) return refuse('cannot be read');
  const parsed = new URL(url);
  if (parsed.search !== '' || parsed.hash !== '')
    return refuse("has a query or a fragment, which it cannot take; use 'connection' for the driver's options");
  const db = parsed.pathname.replace(/^\//, '');
  if (!/^\d{0,5}$/.test(db)) return refuse(`names the database '${db}', which is no number`);
  return {
    shown,
    options: {
      host: parsed.hostname === '' ? 'localhost' : parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: parsed.port === '' ? 6379 : Number(parsed.port),
      db: db === '' ? 0 : Number(db),
      ...(parsed.username === '' ? {} : { username: decode(parsed.username, refuse) }),
      ...(parsed.password === '' ? {} : { password: decode(parsed.password, refuse) }),
      ...(scheme === 'rediss' ? { tls: {} } : {}),
    },
  };
}

function decode(text: string, refuse: (problem: string) => never): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("has a user name or password that is not percent-encoded; write '%' as '%25'");
  }
}
