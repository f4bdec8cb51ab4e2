import { ContentNotAcceptedError, UnknownSerializerError } from '../errors/content-errors.js';
import { SERIALIZER_NAMES, type SerializerName } from '../message/content-options.js';

/**
 * @param where who names it, for the error
 * @throws UnknownSerializerError
 */
export function checkSerializer(name: string, where: string): SerializerName {
  if ((SERIALIZER_NAMES as readonly string[]).includes(name)) return name as SerializerName;
  throw new UnknownSerializerError(name, where, SERIALIZER_NAMES);
}

/**
 * Refuses to send by a serializer that is not taken in: the result would come back in it.
 * @throws UnknownSerializerError · ContentNotAcceptedError
 */
export function checkAccepted(name: string, accepted: readonly string[], where: string): void {
  if (accepted.includes(name)) return;
  checkSerializer(name, where);
  throw new ContentNotAcceptedError(where, `its serializer is '${name}'`, accepted);
}
