/** Whether a text is a pattern for {@link globToRegExp} rather than an exact name. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * A shell-style pattern over a whole name, as Celery's routes and annotations take them: `*` any text (dots included),
 * `?` any one character, `[abc]`, `[a-z]` and `[!abc]` one of a set. An unclosed `[` is literal.
 */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '*') {
      // Neighbouring stars are one: a row of them would make a match that fails take exponential time.
      if (pattern[at - 1] !== '*') source += '.*';
    } else if (character === '?') {
      source += '.';
    } else {
      const set = character === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(pattern.slice(at)) : null;
      source += set === null ? escape(character) : setOf(set[1] === '!', set[2]!);
      if (set !== null) at += set[0].length - 1;
    }
  }
  return new RegExp(`^${source}$`, 's');
}

function setOf(negated: boolean, members: string): string {
  // A range that runs backwards matches nothing in a shell, and is no valid expression here.
  const inside = members.replace(/[\\\]^]/g, '\\$&').replace(/(.)-(.)/g, (range, from: string, to: string) => (from > to ? '' : range));
  if (inside === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${inside}]`;
}

function escape(character: string): string {
  return character.replace(/[\\^$.|+(){}[\]/-]/, '\\$&');
}
