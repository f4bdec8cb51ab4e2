/** Whether lists and objects are nested more than `levels` deep. Iterative: recursion could overflow the stack on hostile input. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  let layer: unknown[] = [value].filter(isNest);
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth >= levels) return true;
    layer = layer.flatMap((nest) => Object.values(nest as object).filter(isNest));
  }
  return false;
}

/** Whether any of the lists and objects is such. Iterative, for the same reason. */
export function someObject(value: unknown, isSuch: (nest: object) => boolean): boolean {
  for (let layer = [value].filter(isNest); layer.length > 0;) {
    if (layer.some(isSuch)) return true;
    layer = layer.flatMap((nest) => Object.values(nest)).filter(isNest);
  }
  return false;
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
