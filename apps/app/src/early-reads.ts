import type { EarlySource } from '@scale-up/service';
import type { FastifyRequest } from 'fastify';
import { type Caching, headersOf } from './caching.ts';

/** Addresses that are remembered: more than the pages that most readers are on, and some hundred kilobytes. */
const most = 2_000;
/** Characters; whoever makes longer ones up is answered all the same. */
const longest = 300;

/**
 * Addresses that were answered from the cache to somebody without a token: who asks for the same one again needs neither routing nor validation to
 * be given what the cache has.
 */
export class EarlyReads {
  readonly #caching: Caching;
  readonly #known = new Map<string, EarlySource>();

  constructor(caching: Caching) {
    this.#caching = caching;
  }

  /**
   * @param request that has just been answered from the cache
   * @param key under which
   */
  remember(
    { raw: { url: target = '', method }, headers, routeOptions: { url: route } }: FastifyRequest,
    key: string,
  ): void {
    if (method !== 'GET' || headers.authorization !== undefined || target.length > longest) return;
    if (route === undefined || this.#known.has(target)) return;
    // The one that has been known for longest.
    if (this.#known.size >= most) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(target, { route, look: () => this.#look(key) });
  }

  /** Where an answer for an address may be had without more ado. */
  sourceOf(target: string): EarlySource | undefined {
    return this.#known.get(target);
  }

  async #look(key: string): ReturnType<EarlySource['look']> {
    const found = await this.#caching.fresh(key);
    if (!found) return undefined;
    const { text } = found;
    // In the order in which Fastify has them.
    const headers = [
      ...headersOf(found),
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(text)),
    ];
    return { headers, body: text };
  }
}
