import { InvalidBrokerUrlError } from '../../../core/errors/boot-errors.js';
import { parsePostgresUrl } from './postgres-url.js';

describe('parsePostgresUrl', () => {
  it('reads every part, decoded, and passes on what the query says', () => {
    expect(parsePostgresUrl('postgres://ann:p%40ss%2Fw@db.example:6432/shop?application_name=web').config).toEqual({
      host: 'db.example',
      port: 6432,
      user: 'ann',
      password: 'p@ss/w',
      database: 'shop',
      ssl: false,
      application_name: 'web',
    });
  });

  it("leaves TLS to the driver's reading of sslmode", () => {
    expect(parsePostgresUrl('postgresql://h/d?sslmode=no-verify').config).toMatchObject({ ssl: { rejectUnauthorized: false } });
    expect(parsePostgresUrl('postgresql://h/d?sslmode=no-verify').config).not.toHaveProperty('sslmode');
  });

  it.each([
    ['postgres://ann:secret@host:port/d', 'cannot be read'],
    ['http://ann:secret@host', 'has no scheme'],
  ])('refuses %s without showing its password', (url, problem) => {
    const refused = () => parsePostgresUrl(url);
    expect(refused).toThrow(InvalidBrokerUrlError);
    expect(refused).toThrow(problem);
    expect(refused).not.toThrow(/sec/);
  });
});
