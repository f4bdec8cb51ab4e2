import { describe, expect, it } from '@jest/globals';
import { resolveTaskOptions } from '../policies/task-options.js';
import type { BrokerCapabilities, PoolCapabilities } from '../ports/index.js';
import { checkCapabilities } from './check-boot.js';
import { HandlerRegistry } from './handler-registry.js';

describe('a worker', () => {
  it('does not start with a unique task on a broker without unique keys', () => {
    const handlers = new HandlerRegistry();
    handlers.register({ name: 'a', options: resolveTaskOptions({ unique: true }, 'a'), invoke: () => undefined }, 'here');
    const boot = (unique: boolean) => checkCapabilities(handlers, {} as PoolCapabilities, { name: 'test', unique } as BrokerCapabilities);
    expect(() => boot(false)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_OPTION', option: 'unique' }));
    expect(() => boot(true)).not.toThrow();
  });
});
