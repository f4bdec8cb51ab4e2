/** The classes from the root of the chain to the target. */
export function lineageOf(target: Function): Function[] {
  const lineage: Function[] = [];
  for (let link = target; typeof link === 'function' && link.prototype; link = Object.getPrototypeOf(link) as Function)
    lineage.unshift(link);
  return lineage;
}
