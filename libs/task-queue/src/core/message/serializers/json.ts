import type { Serializer } from './serializer.js';
import { fromTagged, toTagged } from './tagged-values.js';

export const json: Serializer = {
  name: 'json',
  isText: true,
  serialize: (value) => JSON.stringify(value),
  deserialize: (data) => JSON.parse(data.toString()) as unknown,
};

/** JSON that also carries Date, bigint, Map, Set and bytes. */
export const extendedJson: Serializer = {
  name: 'extended-json',
  isText: true,
  serialize: (value) => JSON.stringify(toTagged(value, 'base64')),
  deserialize: (data) => fromTagged(JSON.parse(data.toString())),
};
