import { BrokerVersionError } from '../../errors/boot-errors.js';

export interface ServerFacts {
  /** set when the server is too old */
  readonly refusal: BrokerVersionError | null;
  /** epoch ms by the server's clock */
  readonly now: number;
  /** the eviction policy, when it may throw waiting messages away */
  readonly evicts: string | null;
}

/** Reads the answer to INFO. Scripts need Redis 7.0 or Valkey 7.2 (`#!lua flags`). */
export function checkServer(info: string): ServerFacts {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const valkey = field('valkey_version');
  const version = valkey ?? field('redis_version') ?? '0';
  const old = valkey === undefined ? older(version, 7, 0) : older(version, 7, 2);
  const policy = field('maxmemory_policy') ?? 'noeviction';
  return {
    refusal: old ? new BrokerVersionError(`${valkey === undefined ? 'Redis' : 'Valkey'} ${version}`, 'Redis 7.0 or Valkey 7.2') : null,
    now: Number(field('server_time_usec') ?? NaN) / 1_000,
    evicts: policy === 'noeviction' || policy.startsWith('volatile-') ? null : policy,
  };
}

function older(version: string, major: number, minor: number): boolean {
  const [has = 0, hasMinor = 0] = version.split('.').map(Number);
  return has < major || (has === major && hasMinor < minor);
}
