import type { Inspector } from '../../core/ports/control/inspector.js';

/** The non-empty places of all queues, such as `email: 2 ready`. */
export async function placesOf(inspector: Inspector): Promise<string[]> {
  const left: string[] = [];
  for (const queue of await inspector.queues()) {
    for (const [place, count] of Object.entries(await inspector.counts(queue))) {
      if (count > 0) left.push(`${queue}: ${count} ${place}`);
    }
  }
  return left;
}
