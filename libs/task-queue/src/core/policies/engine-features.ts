import { UnsupportedOptionError } from '../errors/option-errors.js';
import type { BrokerCapabilities } from '../ports/broker/capabilities.js';
import type { CompleteTransport, EnginesWith, PartName } from '../ports/broker/transport.js';

/** The capabilities of a broker, and the names of the engines that have more. */
export interface KnownBroker extends BrokerCapabilities {
  readonly enginesWith?: EnginesWith | undefined;
}

const PROBLEMS = {
  priorities: 'has no priorities',
  dedup: 'does not remember finished ids',
  unique: 'has no unique keys',
  rateLimits: 'has no rate limits',
  leases: 'does not renew leases',
} as const satisfies Partial<Record<keyof BrokerCapabilities, string>>;

/** The refusal of an option that the broker lacks a capability for. The hint names the engines that have it. */
export function unsupportedBy(
  { name, enginesWith }: KnownBroker,
  capability: keyof typeof PROBLEMS,
  option: string,
  where: string,
): UnsupportedOptionError {
  const engines = enginesWith?.(capability) ?? [];
  const hint = engines.length === 0 ? 'another broker' : `a broker that supports it: ${listOf(engines)}`;
  return new UnsupportedOptionError(option, where, `the '${name}' broker ${PROBLEMS[capability]}`, `Leave it out, or use ${hint}.`);
}

/** @throws PartMissingError when no address of the queue offers this part */
export function requirePart({ missing }: Pick<CompleteTransport, 'missing'>, part: PartName, what: string): void {
  const refusal = missing?.get(part);
  if (refusal !== undefined) throw refusal(what);
}

/** 'a', 'a or b', 'a, b or c' */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
