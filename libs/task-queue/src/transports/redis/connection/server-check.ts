import { BrokerVersionError, InvalidBrokerUrlError } from '../../../core/errors/boot-errors.js';
import type { TaskQueueError } from '../../../core/errors/task-queue-error.js';

export interface ServerFacts {
  /** set if the server cannot be used */
  readonly refusal: TaskQueueError | null;
  /** epoch ms by the server's clock */
  readonly now: number;
  /** the eviction policy, if it may delete keys: messages, or (volatile-*) results, unique keys and joins */
  readonly evicts: string | null;
}

/**
 * Reads the answer to INFO. Scripts need Redis 7.0 or Valkey 7.2 (`#!lua flags`), and one server that holds every key.
 * @param shown the server's URL without its password
 */
export function checkServer(info: string, shown: string): ServerFacts {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const valkey = field('valkey_version');
  const version = valkey ?? field('redis_version') ?? '0';
  const policy = field('maxmemory_policy') ?? 'noeviction';
  return {
    refusal: refusalOf(valkey === undefined ? 'Redis' : 'Valkey', version, field('cluster_enabled') === '1', shown),
    now: Number(field('server_time_usec') ?? NaN) / 1_000,
    evicts: policy === 'noeviction' ? null : policy,
  };
}

function refusalOf(server: 'Redis' | 'Valkey', version: string, cluster: boolean, shown: string): TaskQueueError | null {
  const old = server === 'Redis' ? older(version, 7, 0) : older(version, 7, 2);
  if (old) return new BrokerVersionError(`${server} ${version}`, 'Redis 7.0 or Valkey 7.2');
  return cluster ? new InvalidBrokerUrlError(shown, 'leads to a Redis Cluster, which is not supported; use one server or Sentinel') : null;
}

function older(version: string, major: number, minor: number): boolean {
  const [has = 0, hasMinor = 0] = version.split('.').map(Number);
  return has < major || (has === major && hasMinor < minor);
}
