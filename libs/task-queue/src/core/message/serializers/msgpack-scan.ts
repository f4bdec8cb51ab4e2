import { ContentFault } from '../content-fault.js';

/** Bytes of a token's payload of fixed length, by token from 0xc0; -1 = refused, -2 = its length follows. */
const FIXED: readonly number[] = [
  0, -1, 0, 0, /* c4 bin */ -2, -2, -2, /* c7 ext */ -1, -1, -1, /* ca float */ 4, 8, /* cc uint */ 1, 2, 4, 8, /* d0 int */ 1, 2, 4, 8,
  /* d4 fixext */ -1, -1, -1, -1, -1, /* d9 str */ -2, -2, -2, /* dc array */ 0, 0, /* de map */ 0, 0,
];

/**
 * Refuses MessagePack that has extension types, which readers turn into records (by code made on the fly), references
 * (which grow without end) and regular expressions. What is left is null, booleans, numbers, text, bytes, lists and maps.
 * Lengths that do not fit the data are left to the reader.
 * @throws ContentFault
 */
export function refuseExtensions(data: Buffer): void {
  let position = 0;
  while (position < data.length) {
    const token = data[position++]!;
    if (token >= 0xa0 && token < 0xc0) position += token - 0xa0;
    if (token < 0xc0 || token >= 0xe0) continue;
    const fixed = FIXED[token - 0xc0]!;
    if (fixed === -1) throw new ContentFault('malformed', 'it has a MessagePack extension type, and only plain data is read');
    const width = widthOf(token);
    if (fixed === -2 && position + width <= data.length) position += data.readUIntBE(position, width);
    position += width + Math.max(0, fixed);
  }
}

/** Bytes of the length that follows the token of bytes, text, a list or a map. */
function widthOf(token: number): number {
  if (token >= 0xc4 && token <= 0xc6) return 2 ** (token - 0xc4);
  if (token >= 0xd9 && token <= 0xdb) return 2 ** (token - 0xd9);
  if (token === 0xdc || token === 0xde) return 2;
  return token === 0xdd || token === 0xdf ? 4 : 0;
}
