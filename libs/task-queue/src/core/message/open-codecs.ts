import { ContentCodec } from './content-codec.js';
import type { ContentOptions } from './content-options.js';
import { MessageCodec } from './message-codec.js';
import { ResultCodec } from './result-codec.js';
import { loadSerializers } from './serializers/load-serializers.js';

/** How messages and results of one queue instance are written and read. */
export interface Codecs {
  readonly content: ContentCodec;
  readonly messages: MessageCodec;
  readonly results: ResultCodec;
}

/**
 * Loads the serializers that may come in, which are all that may go out.
 * @throws DriverMissingError
 */
export async function openCodecs(options: ContentOptions): Promise<Codecs> {
  const content = new ContentCodec(options, await loadSerializers(options.acceptContent));
  return { content, messages: new MessageCodec(content, options.sign), results: new ResultCodec(content, options.maxResultBytes) };
}
