import type { Publication } from '../../core/ports/broker/publication.js';

/** A publication as a row keeps it. What it says of time is fixed: it may be published much later. */
export function encodePublication(publication: Publication, now: number): Buffer {
  const { due } = publication;
  const fixed = due !== undefined && 'delay' in due ? { ...publication, due: { eta: now + due.delay } } : publication;
  return Buffer.from(JSON.stringify(fixed));
}

export function decodePublication(row: Uint8Array): Publication {
  return JSON.parse(Buffer.from(row).toString()) as Publication;
}
