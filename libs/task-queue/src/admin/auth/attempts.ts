import { isIPv6 } from 'node:net';

export interface AttemptLimits {
  /** maximum number of wrong credentials from one address within the window */
  readonly limit: number;
  /** ms */
  readonly window: number;
}

interface Failures {
  count: number;
  /** end of the window in epoch ms */
  until: number;
}

/** Maximum number of addresses kept, so that an attacker with many addresses cannot exhaust the memory. */
const MAX_ADDRESSES = 10_000;

/** Counts the wrong credentials of each address. Beyond the limit, an address is locked out until its window ends. */
export class Attempts {
  readonly #failures = new Map<string, Failures>();

  constructor(
    private readonly limits: AttemptLimits,
    private readonly now: () => number,
    private readonly networkOf: (address: string) => string = clientNetwork,
  ) {}

  /** The failures of an address in its present window. */
  countOf(address: string): number {
    const failures = this.#failures.get(this.networkOf(address));
    return failures !== undefined && failures.until > this.now() ? failures.count : 0;
  }

  /** @returns ms for which the address stays locked out; 0 when it may try */
  lockedFor(address: string): number {
    const failures = this.#failures.get(this.networkOf(address));
    if (failures === undefined || failures.count < this.limits.limit) return 0;
    return Math.max(0, failures.until - this.now());
  }

  failed(address: string): void {
    const network = this.networkOf(address);
    const now = this.now();
    const known = this.#failures.get(network);
    const failures = known !== undefined && known.until > now ? known : { count: 0, until: now + this.limits.window };
    failures.count += 1;
    // Insertion order: the latest failure comes last.
    this.#failures.delete(network);
    this.#failures.set(network, failures);
    if (this.#failures.size > MAX_ADDRESSES) this.#forgetOldest(now);
  }

  /** Takes one failure back: the credentials were right. */
  forgive(address: string): void {
    const failures = this.#failures.get(this.networkOf(address));
    if (failures !== undefined && failures.count > 0) failures.count -= 1;
  }

  #forgetOldest(now: number): void {
    for (const [network, { until }] of this.#failures) {
      if (until > now && this.#failures.size <= MAX_ADDRESSES) return;
      this.#failures.delete(network);
    }
  }
}

/** The IPv4 address, or the /64 of an IPv6 address: one client usually owns the whole /64. */
function clientNetwork(address: string): string {
  return networkOf(address, 4, 4);
}

/** The /24 of an IPv4 address, or the /48 of an IPv6 address: the addresses of one site. */
export function siteNetwork(address: string): string {
  return networkOf(address, 3, 3);
}

/** @param bytes of IPv4 @param groups of IPv6, of 16 bits each */
function networkOf(address: string, bytes: number, groups: number): string {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!isIPv6(plain)) return plain.split('.').slice(0, bytes).join('.');
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const all = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return all.slice(0, groups).map((group) => Number.parseInt(group, 16).toString(16)).join(':'); // prettier-ignore
}
