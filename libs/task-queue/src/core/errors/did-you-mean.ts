import { distance } from 'fastest-levenshtein';

/** ` Did you mean 'queue'?` when a known name is similar; otherwise the known names, so that the reader can choose. */
export function didYouMean(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  if (near !== undefined) return ` Did you mean '${near}'?`;
  if (known.length === 0) return '';
  const shown = known.slice(0, 20).join(', ');
  return ` Known: ${shown}${known.length > 20 ? ', …' : ''}.`;
}

/** Nobody misspells a name at such length, and the comparison takes the product of both lengths. */
const MAX_LENGTH = 100;

/** The known name that a misspelt one most likely means. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (given.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    // Names differ at least by the difference of their lengths.
    if (Math.abs(name.length - given.length) >= least) continue;
    const apart = distance(given.toLowerCase(), name.toLowerCase());
    if (apart < least) {
      least = apart;
      best = name;
    }
  }
  return best;
}
