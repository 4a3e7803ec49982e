import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterAnswer, ClusterEvent, ClusterPicture } from '@scale-up/contract';
import { type Logger, Problem } from '@scale-up/service';
import { changeOf, changesBetween } from './changes.ts';
import { holderHere, isBalancer, look, patience, type Sight, type Sources } from './look.ts';
import { Memory } from './memory.ts';
import { draw } from './picture.ts';
import type { PeerWord } from './sources/peer.ts';
import { Timeline } from './timeline.ts';

/** In milliseconds. */
const times = {
  /** From the beginning of one look to that of the next. A loss is two silent ones, the second at once: 0.8 + 2 × 0.35 = 1.5 s at most. */
  awake: 800,
  /** While nobody looks: the timeline is to know what happens, and that something happened, by ten seconds or so. */
  asleep: 10_000,
  /** Who asked once may ask again. */
  afterQuestion: 60_000,
  /** Another instance on which somebody looks asks every 0.8 s. */
  afterPeer: 3_000,
  /** A picture that is older is not shown without another look. */
  fresh: 1_500,
  /** Between two questions about all that others remember, the database too; else they tell what is younger than twice that. */
  history: 30_000,
};

/** Told of each look: the picture, and whether the list of events is another. */
export type Listener = (picture: ClusterPicture, events: readonly ClusterEvent[] | undefined) => void;

/** Looks at the site as often as it is worth while, and remembers what happened. */
export class Watch {
  readonly #sources: Sources;
  readonly #logger: Logger;
  readonly #memory = new Memory();
  readonly #timeline = new Timeline();
  readonly #listeners = new Set<Listener>();
  readonly #end = new AbortController();
  readonly #name: string;
  #count = 0;
  #picture: ClusterPicture | undefined;
  #seenHolder: string | undefined;
  #known: Record<string, string> = {};
  #asked = Number.NEGATIVE_INFINITY;
  #peerAsked = Number.NEGATIVE_INFINITY;
  #historyAsked = Number.NEGATIVE_INFINITY;
  #wake = new AbortController();
  #next = Promise.withResolvers<void>();

  constructor(sources: Sources, logger: Logger) {
    this.#sources = sources;
    this.#logger = logger;
    this.#name = `${sources.topology.self.id}@${Date.now().toString(36)}`;
  }

  /** Looks until it is stopped. */
  async run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const began = performance.now();
      if (this.#isAwake() || this.#isHistorian) await this.#lookOnce(began);
      this.#wake = new AbortController();
      // Somebody who came while this one looked has been served by it, or is by the next.
      await sleep(this.#pause(began), undefined, {
        signal: AbortSignal.any([signal, this.#wake.signal]),
        ref: false,
      }).catch(() => {});
    }
  }

  /** The site as it is now. */
  async current(): Promise<ClusterAnswer> {
    const wasAwake = this.#isAwake();
    this.#asked = performance.now();
    // Whoever comes next finds it awake, and does not wake it.
    if (!wasAwake) this.#wake.abort();
    if (!this.#picture || Date.now() - Date.parse(this.#picture.observedAt) > times.fresh) {
      this.#wake.abort();
      await this.#next.promise;
    }
    // It is being closed, or the first look failed.
    if (!this.#picture) throw new Problem('unavailable', {}, { 'retry-after': '1' });
    return { cluster: this.#picture, events: [...this.#timeline.shown] };
  }

  /** @returns ends it */
  subscribe(listener: Listener): () => void {
    const wasAwake = this.#isAwake();
    this.#listeners.add(listener);
    if (!wasAwake) this.#wake.abort();
    return () => void this.#listeners.delete(listener);
  }

  /**
   * What other instances are told.
   * @param isWatched whether somebody looks at theirs; this one stays awake then, so that it can go on at once
   * @param isWhole whether they want all events, and not just the last ones
   */
  word(isWatched: boolean, isWhole: boolean): PeerWord {
    if (isWatched) {
      const wasAwake = this.#isAwake();
      this.#peerAsked = performance.now();
      if (!wasAwake) this.#wake.abort();
    }
    return { holder: this.#holder ?? null, events: this.#timeline.all(isWhole ? 0 : Date.now() - 2 * times.history) };
  }

  stop(): void {
    this.#end.abort();
    this.#listeners.clear();
    this.#next.resolve();
  }

  /** Where there is but one process, nobody needs to know what happened while nobody looked. */
  get #isHistorian(): boolean {
    return this.#sources.topology.servers.some(({ parts }) => parts.some(({ at }) => at));
  }

  /** Who holds the VIP as this server sees it: a load balancer this very moment, any other as of the last look. */
  get #holder(): string | undefined {
    const { topology } = this.#sources;
    const isFresh = this.#picture && Date.now() - Date.parse(this.#picture.observedAt) < times.fresh;
    return isBalancer(topology) ? holderHere(topology) : isFresh ? this.#seenHolder : undefined;
  }

  get #isWatched(): boolean {
    return this.#listeners.size > 0 || performance.now() - this.#asked < times.afterQuestion;
  }

  #isAwake(): boolean {
    return this.#isWatched || performance.now() - this.#peerAsked < times.afterPeer;
  }

  #pause(began: number): number {
    if (!this.#isAwake()) return times.asleep;
    const left = Math.max(0, times.awake - (performance.now() - began));
    // A little, so that who is merely late has a chance.
    return this.#memory.hasNewSilence ? Math.min(left, 50) : left;
  }

  async #lookOnce(began: number): Promise<void> {
    try {
      const withHistory = began - this.#historyAsked > times.history;
      const sight = await look(this.#sources, { isWatched: this.#isWatched, withHistory });
      // This process itself stood still, or the whole machine: what nobody said meanwhile means nothing.
      if (this.#picture && performance.now() - began > 3 * patience) return;
      if (withHistory) this.#historyAsked = began;
      this.#show(sight);
    } catch (error) {
      this.#logger.error({ err: error }, 'a look at the cluster failed');
      this.#settle();
    }
  }

  /** Whoever waits for a look goes on. */
  #settle(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers();
    resolve();
  }

  #show(sight: Sight): void {
    const before = this.#picture;
    const picture = draw(this.#sources.topology, sight, this.#memory);
    const changes = before ? changesBetween(before, picture, this.#known) : [];
    for (const [role, server] of Object.entries(picture.roles)) if (server !== null) this.#known[role] = server;
    // Who it was, and when, is remembered better than it was seen.
    if (changes.some(({ about }) => about === 'database')) this.#historyAsked = Number.NEGATIVE_INFINITY;
    const own = changes.map((change) => ({ ...change, id: `${this.#name}#${(this.#count += 1)}` }));
    const isNew = this.#timeline.add([...own, ...sight.events, ...(sight.promotions ?? []).map(changeOf)]);
    this.#picture = picture;
    this.#seenHolder = sight.ownHolder;
    this.#settle();
    for (const listener of this.#listeners) listener(picture, isNew ? this.#timeline.shown : undefined);
  }
}
