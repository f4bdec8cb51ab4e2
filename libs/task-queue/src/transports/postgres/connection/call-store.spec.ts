import { describe, expect, it } from '@jest/globals';
import { BrokerFullError, BrokerRefusedError, BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import { isTransient } from '../../shared/store-errors.js';
import { toBrokerError } from './call-store.js';
import { ServerRefusedError } from './postgres-errors.js';

describe('what a refusal of PostgreSQL means to the caller', () => {
  it.each([
    ['53300', 'sorry, too many clients already', BrokerUnavailableError, true],
    ['57P03', 'the database system is starting up', BrokerUnavailableError, true],
    ['57014', 'canceling statement due to statement timeout', BrokerUnavailableError, true],
    ['53100', 'could not extend file: No space left on device', BrokerFullError, false],
    ['25006', 'cannot execute INSERT in a read-only transaction', BrokerFullError, true],
    ['42501', 'permission denied', BrokerRefusedError, false],
  ])('%s: %s', (code, message, type, passes) => {
    const refusal = new ServerRefusedError(code, message);
    expect([toBrokerError('Publishing', refusal)]).toEqual([expect.any(type)]);
    expect(toBrokerError('Publishing', refusal).message).toContain(message); // what to do depends on it
    expect(isTransient(refusal)).toBe(passes);
  });
});
