import type { Pool, PoolClient } from 'pg';

type Caller = PromiseWithResolvers<PoolClient> & { hasLeft: boolean };

/**
 * Connections opened at a time. A pool of its own opens one for each caller until it is full: after a fail-over, when everybody was held, a new primary
 * would have to make dozens at once, each some 20 ms of its processors, for callers whom two could serve in that time.
 */
const atOnce = 2;

/** A pool's connections: an idle one, or a new one while few are being opened, or else the next that is given back. First come, first served. */
export class Openings {
  readonly #pool: Pool;
  readonly #limit: number;
  readonly #callers: Caller[] = [];
  #underWay = 0;

  /** @param limit milliseconds that a caller waits */
  constructor(pool: Pool, limit: number) {
    this.#pool = pool;
    this.#limit = limit;
    // The pool says so before the connection is to be had.
    const soon = (): void => process.nextTick(() => this.#serve());
    pool.on('release', soon);
    pool.on('remove', soon);
  }

  /** Callers that wait, beside those who wait in the pool itself. */
  get waiting(): number {
    return this.#callers.length;
  }

  /** @throws an error that passes when nothing is to be had in time, or what the opening met */
  connect(): Promise<PoolClient> {
    if (this.#callers.length === 0 && this.#isOpen) return this.#take();
    const caller = { ...Promise.withResolvers<PoolClient>(), hasLeft: false };
    this.#callers.push(caller);
    const late = setTimeout(() => {
      caller.hasLeft = true;
      const place = this.#callers.indexOf(caller);
      if (place >= 0) this.#callers.splice(place, 1);
      caller.reject(new Error('timeout exceeded when trying to connect'));
    }, this.#limit);
    return caller.promise.finally(() => clearTimeout(late));
  }

  get #hasIdle(): boolean {
    return this.#pool.idleCount > this.#pool.waitingCount;
  }

  get #isOpen(): boolean {
    return this.#hasIdle || this.#underWay < atOnce;
  }

  #serve(): void {
    while (this.#callers.length > 0 && this.#isOpen) {
      const caller = this.#callers.shift() as Caller;
      const give = (client: PoolClient): void => (caller.hasLeft ? client.release() : caller.resolve(client));
      this.#take().then(give, caller.reject);
    }
  }

  #take(): Promise<PoolClient> {
    if (this.#hasIdle) return this.#pool.connect();
    this.#underWay += 1;
    return this.#pool.connect().finally(() => {
      this.#underWay -= 1;
      this.#serve();
    });
  }
}
