export interface TokenCredentials {
  readonly kind: 'token';
  readonly token: string;
}

export interface PasswordCredentials {
  readonly kind: 'password';
  readonly user: string;
  readonly password: string;
}

export type Credentials = TokenCredentials | PasswordCredentials;

const MAX_LENGTH = 4_096;

/** Parses the header `Authorization` (RFC 6750, RFC 7617). @returns undefined when it cannot be parsed */
export function readCredentials(header: string | undefined): Credentials | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  const [, scheme, value] = /^(\w+) +([\w.~+/=-]+)$/.exec(header) ?? [];
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return { kind: 'token', token: value! };
    case 'basic': {
      const text = Buffer.from(value!, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      return colon < 1 ? undefined : { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1) };
    }
    default:
      return undefined;
  }
}
