import type { Serializer } from './serializer.js';
import { fromTagged, toTagged } from './tagged-values.js';

/** YAML 1.2 in its core schema: no tags of types, no merge keys, no aliases (which can grow without end). */
export async function loadYaml(): Promise<Serializer> {
  const { parse, stringify } = await import('yaml');
  const schema = { schema: 'core', version: '1.2', merge: false } as const;
  return {
    name: 'yaml',
    isText: true,
    serialize: (value) => stringify(toTagged(value, 'base64'), { ...schema, aliasDuplicateObjects: false, lineWidth: 0 }),
    deserialize: (data) =>
      fromTagged(parse(data.toString(), { ...schema, maxAliasCount: 0, stringKeys: true, prettyErrors: false, logLevel: 'error' })),
  };
}
