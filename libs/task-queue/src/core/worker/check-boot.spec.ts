import { describe, expect, it } from '@jest/globals';
import { resolveTaskOptions } from '../policies/task-options.js';
import type { TaskOptionsInput } from '../policies/task-options-input.js';
import type { BrokerCapabilities } from '../ports/broker/capabilities.js';
import type { PoolCapabilities } from '../ports/runtime/pool.js';
import { checkCapabilities } from './check-boot.js';
import { HandlerRegistry } from './handler-registry.js';

describe('a worker', () => {
  it.each<[string, TaskOptionsInput, keyof BrokerCapabilities]>([
    ['unique', { unique: true }, 'unique'],
    ['rateLimit', { rateLimit: '10/s' }, 'rateLimits'],
  ])('does not start with a task that sets %s on a broker that cannot keep it', (option, given, capability) => {
    const handlers = new HandlerRegistry();
    handlers.register({ name: 'a', options: resolveTaskOptions(given, 'a'), invoke: () => undefined }, 'here');
    const boot = (able: boolean) => {
      const broker = {
        name: 'test',
        unique: true,
        rateLimits: true,
        [capability]: able,
      } as Partial<BrokerCapabilities> as BrokerCapabilities;
      checkCapabilities(handlers, {} as PoolCapabilities, broker);
    };
    expect(() => boot(false)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_OPTION', option }));
    expect(() => boot(true)).not.toThrow();
  });
});
