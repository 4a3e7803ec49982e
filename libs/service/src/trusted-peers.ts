import { BlockList, isIP, isIPv6, type Socket } from 'node:net';

/** Addresses that are remembered: a site has a handful of balancers, and clients must not fill the memory. */
const maxRemembered = 1_000;

/** The previous tier, whose X-Request-Id, traceparent and X-Forwarded-* are believed. */
export class TrustedPeers {
  readonly #list: BlockList | undefined;
  readonly #known = new Map<string, boolean>();

  /** @param networks addresses and networks of that tier; undefined trusts nobody */
  constructor(networks: readonly string[] | undefined) {
    if (!networks) return;
    this.#list = new BlockList();
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /** Whether it is the address of one of them. */
  has(address: string | undefined): boolean {
    if (!this.#list || address === undefined) return false;
    // Asking the list costs more than most of a request's other headers.
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const family = isIP(address);
    const isTrusted = family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    if (this.#known.size < maxRemembered) this.#known.set(address, isTrusted);
    return isTrusted;
  }

  /** Whether a connection comes from one of them. */
  isTrusted(socket: Socket): boolean {
    return this.has(socket.remoteAddress);
  }

  /**
   * Who asked: the nearest address that is none of theirs, as Fastify's `request.ip`.
   * @param forwardedFor X-Forwarded-For as it came
   */
  clientOf(socket: Socket, forwardedFor: string | undefined): string | undefined {
    let client = socket.remoteAddress;
    if (forwardedFor === undefined) return client;
    for (const before of forwardedFor.split(',').toReversed()) {
      if (!this.has(client)) break;
      client = before.trim();
    }
    return client;
  }
}
