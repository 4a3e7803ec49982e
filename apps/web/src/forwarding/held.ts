import { Counter, Gauge, Histogram, type Registry } from '@scale-up/service';
import type { Reason } from './retry.ts';

export type HoldLimits = {
  /** Requests that may wait at once. */
  readonly heldRequests: number;
  /** Bytes of their bodies. */
  readonly heldBytes: number;
};

/** The places for requests that wait for an upstream that is away, and the figures about them. */
export class HeldRequests {
  readonly #limits: HoldLimits;
  readonly #gauge: Gauge;
  readonly #seconds: Histogram;
  readonly #retries: Counter<'reason'>;
  #count = 0;
  #bytes = 0;

  constructor(limits: HoldLimits, metrics: Registry) {
    this.#limits = limits;
    this.#gauge = new Gauge({
      name: 'web_held_requests',
      help: 'Requests that wait for an upstream that is away.',
      registers: [metrics],
    });
    this.#seconds = new Histogram({
      name: 'web_held_seconds',
      help: 'Time that requests waited for an upstream that was away, whatever came of it.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 35],
      registers: [metrics],
    });
    this.#retries = new Counter({
      name: 'web_retries_total',
      help: 'Tries that followed a failed one, by what had failed.',
      labelNames: ['reason'],
      registers: [metrics],
    });
  }

  get count(): number {
    return this.#count;
  }

  /** @returns whether there was a place for one more; it must leave again. */
  enter(bytes: number): boolean {
    if (this.#count >= this.#limits.heldRequests || this.#bytes + bytes > this.#limits.heldBytes) return false;
    this.#count += 1;
    this.#bytes += bytes;
    this.#gauge.set(this.#count);
    return true;
  }

  leave(bytes: number, milliseconds: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
    this.#gauge.set(this.#count);
    this.#seconds.observe(milliseconds / 1_000);
  }

  again(reason: Reason): void {
    this.#retries.inc({ reason });
  }
}
