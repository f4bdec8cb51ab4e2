import { BrokerVersionError, InvalidBrokerUrlError } from '../../../core/errors/boot-errors.js';
import { checkServer } from './server-check.js';

const check = (...lines: string[]) => checkServer(['# Server', ...lines, ''].join('\r\n'), 'redis://host');

describe('checkServer', () => {
  it.each(['redis_version:7.0.0', 'redis_version:8.2.1', 'redis_version:10.0.0'])('takes %s', (line) => {
    expect(check(line).refusal).toBeNull();
  });

  it('goes by Valkey’s own version, not by the Redis that it speaks like', () => {
    expect(check('redis_version:7.2.4', 'valkey_version:7.2.5').refusal).toBeNull();
    expect(check('redis_version:7.2.4', 'valkey_version:7.1.0').refusal?.message).toContain('Valkey 7.1.0');
  });

  it.each(['redis_version:6.2.14', 'redis_version:6.9.9', 'nothing:here'])('refuses %s', (line) => {
    expect(check(line).refusal).toBeInstanceOf(BrokerVersionError);
  });

  it('refuses a Cluster', () => {
    expect(check('redis_version:7.2.0', 'cluster_enabled:1').refusal).toBeInstanceOf(InvalidBrokerUrlError);
    expect(check('redis_version:7.2.0', 'cluster_enabled:0').refusal).toBeNull();
  });

  it.each([
    ['noeviction', null],
    ['volatile-lru', 'volatile-lru'],
    ['allkeys-lru', 'allkeys-lru'],
    ['allkeys-random', 'allkeys-random'],
  ])('says whether %s may delete messages, or results, unique keys and joins', (policy, evicts) => {
    expect(check('redis_version:7.0.15', `maxmemory_policy:${policy}`).evicts).toBe(evicts);
  });
});
