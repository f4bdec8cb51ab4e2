/** `items` in pieces for one call each: Lua unpacks a bounded number of values, and other clients must not wait for long. */
export function chunks<T>(items: readonly T[], size = 500): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}

/** `items` in rounds in which no key comes twice, because one statement cannot write a row twice. Items of a key keep their order. */
export function inRounds<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const rounds: T[][] = [];
  const times = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    const round = times.get(key) ?? 0;
    times.set(key, round + 1);
    (rounds[round] ??= []).push(item);
  }
  return rounds;
}
