import { createHash } from 'node:crypto';
import { PARTS, SCRIPTS } from '../scripts.generated.js';

export type ScriptName = Exclude<keyof typeof SCRIPTS, 'prelude'> | 'publishPlain';

export interface Script {
  readonly sha: string;
  readonly source: string;
}

/**
 * A script with the prelude after its first line, which has the flags for the server. The parts that a line `-- with: part, part`
 * names follow in that order. A script with a line `-- bare` gets neither.
 */
function compose(source: string, parts = /^-- with: (.+)$/m.exec(source)?.[1]!.split(', ') ?? []): Script {
  if (/^-- bare$/m.test(source)) return scriptOf(source);
  const end = source.indexOf('\n') + 1;
  const shared = [SCRIPTS.prelude, ...parts.map((part) => PARTS[part as keyof typeof PARTS])];
  return scriptOf(source.slice(0, end) + shared.join('\n') + source.slice(end));
}

function scriptOf(source: string): Script {
  return { sha: createHash('sha1').update(source).digest('hex'), source };
}

/** `publish` for messages without unique keys: Lua creates even unused functions in each call. */
const publishPlain = compose(SCRIPTS.publish, ['prune', 'put']);

export const scripts = {
  ...Object.fromEntries(
    Object.entries(SCRIPTS)
      .filter(([name]) => name !== 'prelude')
      .map(([name, source]) => [name, compose(source)]),
  ),
  publishPlain,
} as Readonly<Record<ScriptName, Script>>;
