import type { IncomingMessage } from 'node:http';
import { CrossSiteError, UnsupportedMediaTypeError } from '../../core/errors/admin-errors.js';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses cross-site request forgery: a browser sends a basic password by itself, also for a page of another site. Browsers
 * name the origin of a request in `Sec-Fetch-Site`, older ones in `Origin`; other clients send neither.
 * @throws CrossSiteError · UnsupportedMediaTypeError, because HTML forms cannot send JSON
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
