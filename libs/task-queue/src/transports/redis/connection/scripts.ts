import { createHash } from 'node:crypto';
import { PARTS, SCRIPTS } from '../scripts.generated.js';

export type ScriptName = Exclude<keyof typeof SCRIPTS, 'prelude'> | 'publishPlain';

export interface Script {
  readonly sha: string;
  readonly source: string;
}

/**
 * Each script with the prelude behind its first line, which names its flags for the server, and then the parts that a line
 * `-- with: part, part` names in their order; a script with a line `-- bare` stands alone.
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

/** `publish` for messages without unique keys: functions that nobody calls are still made anew in each call. */
const publishPlain = compose(SCRIPTS.publish, ['put']);

export const scripts = {
  ...Object.fromEntries(
    Object.entries(SCRIPTS)
      .filter(([name]) => name !== 'prelude')
      .map(([name, source]) => [name, compose(source)]),
  ),
  publishPlain,
} as Readonly<Record<ScriptName, Script>>;
