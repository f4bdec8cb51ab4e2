import { DriverMissingError } from '../../errors/boot-errors.js';
import type { SerializerName } from '../content-options.js';
import { extendedJson, json } from './json.js';
import { loadMsgpack } from './msgpack.js';
import type { Serializer } from './serializer.js';
import { loadYaml } from './yaml.js';

interface Entry {
  /** the package that the user installs; null = none */
  readonly driver: string | null;
  load(): Serializer | Promise<Serializer>;
}

/** Loaded when accepted, so that an application installs only the packages of its serializers. */
const SERIALIZERS: Readonly<Record<SerializerName, Entry>> = {
  json: { driver: null, load: () => json },
  'extended-json': { driver: null, load: () => extendedJson },
  msgpack: { driver: 'msgpackr', load: loadMsgpack },
  yaml: { driver: 'yaml', load: loadYaml },
};

/** @throws DriverMissingError */
export async function loadSerializers(names: readonly SerializerName[]): Promise<ReadonlyMap<string, Serializer>> {
  const loaded = await Promise.all(names.map(load));
  return new Map(loaded.map((serializer) => [serializer.name, serializer]));
}

async function load(name: SerializerName): Promise<Serializer> {
  const { driver, load: open } = SERIALIZERS[name];
  try {
    return await open();
  } catch (error) {
    if (driver === null || !/Cannot find (package|module)/.test(String(error))) throw error;
    throw new DriverMissingError(driver, `The serializer '${name}'`, error);
  }
}
