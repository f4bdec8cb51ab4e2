/** Whether lists and objects lie within each other over so many levels. It uses no stack, of which what is asked about may need too much. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  let layer: unknown[] = [value].filter(isNest);
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth >= levels) return true;
    layer = layer.flatMap((nest) => Object.values(nest as object).filter(isNest));
  }
  return false;
}

function isNest(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
