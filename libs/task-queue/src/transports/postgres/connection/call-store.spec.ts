import { describe, expect, it } from '@jest/globals';
import { BrokerFullError, BrokerRefusedError, BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import { isTransient } from '../../shared/store-errors.js';
import { toBrokerError } from './call-store.js';
import { ServerRefusedError, translate } from './postgres-errors.js';

describe('what a refusal of PostgreSQL means to the caller', () => {
  it.each([
    ['53300', 'sorry, too many clients already', BrokerUnavailableError, true],
    ['57P03', 'the database system is starting up', BrokerUnavailableError, true],
    ['57014', 'canceling statement due to statement timeout', BrokerUnavailableError, true],
    ['53100', 'could not extend file: No space left on device', BrokerFullError, false],
    ['54000', 'too many notifications in the NOTIFY queue', BrokerFullError, false],
    ['25006', 'cannot execute INSERT in a read-only transaction', BrokerFullError, true],
    ['42501', 'permission denied', BrokerRefusedError, false],
  ])('%s: %s', (code, message, type, passes) => {
    const refusal = new ServerRefusedError(code, message);
    expect([toBrokerError('Publishing', refusal)]).toEqual([expect.any(type)]);
    expect(toBrokerError('Publishing', refusal).message).toContain(message); // what to do depends on it
    expect(isTransient(refusal)).toBe(passes);
  });

  it.each(['25P03', '25P04', '57P01'])('rule 32: %s ends the connection, and does not say what became of the statement', (code) => {
    expect(translate({ code, severity: 'FATAL', message: 'terminating connection' }, true)).toMatchObject({ sent: true });
  });

  it.each([{ table: 'trace' }, { routine: 'index_form_tuple' }])(
    'rule 32: a value that is too large for an index is no full server: %o',
    (where) => {
      const refusal = translate({ code: '54000', severity: 'ERROR', message: 'index row size 3000 exceeds maximum', ...where }, true);
      expect(toBrokerError('Publishing', refusal)).toBeInstanceOf(BrokerRefusedError);
    },
  );
});
