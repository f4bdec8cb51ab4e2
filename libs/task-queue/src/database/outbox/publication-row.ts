import type { Publication } from '../../core/ports/broker/publication.js';

/** A publication as a row. A delay becomes an instant, because the row may be published much later. */
export function encodePublication(publication: Publication, now: number): Buffer {
  const { due } = publication;
  const fixed = due !== undefined && 'delay' in due ? { ...publication, due: { eta: now + due.delay } } : publication;
  return Buffer.from(JSON.stringify(fixed));
}

export function decodePublication(row: Uint8Array): Publication {
  return JSON.parse(Buffer.from(row).toString()) as Publication;
}
