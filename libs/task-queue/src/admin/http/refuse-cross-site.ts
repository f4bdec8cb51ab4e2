import type { IncomingMessage } from 'node:http';
import { CrossSiteError, UnsupportedMediaTypeError } from '../../core/errors/admin-errors.js';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what a page of another site could make a browser do, which sends a basic password by itself. Browsers say where a
 * request comes from in `Sec-Fetch-Site`, older ones in `Origin`; what says neither is no browser.
 * @throws CrossSiteError · UnsupportedMediaTypeError, since forms can send all but JSON
 */
export function refuseCrossSite({ method = '', headers }: IncomingMessage): void {
  if (SAFE.includes(method)) return;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new CrossSiteError(String(site));
  if (site === undefined && headers.origin !== undefined && hostOf(headers.origin) !== headers.host?.toLowerCase()) {
    throw new CrossSiteError(headers.origin);
  }
  const type = headers['content-type']?.split(';')[0]!.trim().toLowerCase();
  if (hasBody(headers) && type !== 'application/json') throw new UnsupportedMediaTypeError(type ?? 'unknown');
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
