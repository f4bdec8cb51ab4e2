/** The queues in the order of a receive. They take turns at being first, so that a full one does not starve the others. */
export function inTurn<Queue>(queues: readonly Queue[], turn: number): readonly Queue[] {
  if (queues.length <= 1) return queues;
  const first = turn % queues.length;
  return [...queues.slice(first), ...queues.slice(0, first)];
}
