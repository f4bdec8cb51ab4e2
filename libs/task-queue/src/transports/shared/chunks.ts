/** `items` in pieces that one call takes: Lua unpacks a bounded number of values, and other clients want their turn. */
export function chunks<T>(items: readonly T[], size = 500): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}
