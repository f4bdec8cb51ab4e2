import { refuseExtensions } from './msgpack-scan.js';
import type { Serializer } from './serializer.js';
import { fromTagged, toTagged } from './tagged-values.js';

/** MessagePack, in the part of it that every language reads: no records, references or types of one library. */
export async function loadMsgpack(): Promise<Serializer> {
  const { Packr, Unpackr } = await import('msgpackr');
  const options = { useRecords: false, mapsAsObjects: true, structuredClone: false, moreTypes: false } as const;
  const packer = new Packr({ ...options, variableMapSize: true });
  const unpacker = new Unpackr({ ...options, int64AsType: 'auto' as 'number' }); // its types do not know 'auto'
  return {
    name: 'msgpack',
    isText: false,
    serialize: (value) => packer.pack(toTagged(value, 'as-is')),
    deserialize(data) {
      refuseExtensions(data);
      return fromTagged(unpacker.unpack(data));
    },
  };
}
