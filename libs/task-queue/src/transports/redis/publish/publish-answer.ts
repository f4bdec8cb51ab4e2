import type { Publication, PublishReceipt } from '../../../core/ports/broker/publication.js';

/** Reads the answer of `put` (scripts/parts/put.lua): one receipt for each publication. */
export function readPublishAnswer(answer: string, publications: readonly Publication[]): PublishReceipt[] {
  if (answer === '') return publications.map(({ id }) => ({ id, deduplicated: false }));
  const count = publications.length;
  const holders = answer.length > count ? (JSON.parse(answer.slice(count)) as string[]) : [];
  let held = 0;
  return publications.map(({ id }, at) => {
    switch (answer[at]) {
      case '2':
        return { id: holders[held++]!, deduplicated: true };
      case '3':
        return { id, deduplicated: false, refused: { reason: 'unique', holder: holders[held++]! } };
      default:
        return { id, deduplicated: answer[at] === '1' };
    }
  });
}

/** Whether a unique key held this publication back. */
export function wasHeldBack(answer: string, at: number): boolean {
  return answer[at] === '2' || answer[at] === '3';
}
