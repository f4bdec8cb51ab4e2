import type { ServerResponse } from 'node:http';

/** The strictest policy: a browser may only show the answer to its user. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Swagger UI loads its scripts from files, and also has inline styles. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function setSecurityHeaders(response: ServerResponse, { isPage }: { isPage: boolean }): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (isPage) response.setHeader('Content-Security-Policy', PAGE_POLICY);
}
