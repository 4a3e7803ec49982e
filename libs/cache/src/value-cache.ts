import { createInvalidations } from './invalidations.ts';
import type { OwnStore, Stored } from './own-store.ts';
import type { Answer, SharedStore } from './shared-store.ts';

/** Ages are in ms since it was read from the source. */
export type Entry = { readonly text: string; readonly age: number; readonly isFresh: boolean };
export type Loaded = { readonly text: string; readonly age: number; readonly source: 'fresh' | 'loaded' | 'stale' };
export type Result = 'fresh' | 'stale' | 'miss';

export type ThroughOptions = {
  /** Whether after this failure of the loader a stale entry may be used. */
  readonly staleIf: (error: unknown) => boolean;
  /** How many ms a load may take before a stale entry is used. The load goes on and is stored. */
  readonly patience: number;
};

export type ValueCache = {
  /** An entry by key, or undefined. Never throws, never takes longer than 50 ms. */
  readonly get: (key: string) => Promise<Entry | undefined>;
  /** An entry by key if it is fresh. Never throws, never takes longer than 50 ms; what is not found is not counted, since it is asked for again. */
  readonly fresh: (key: string) => Promise<Entry | undefined>;
  /** The fresh entry, or what `load` gives, which is called once however many ask at the same time. */
  readonly through: (key: string, load: () => Promise<string>, options: ThroughOptions) => Promise<Loaded>;
  /** Everything under the groups is stale from now on. Never throws, never takes longer than 50 ms. */
  readonly invalidate: (...groups: string[]) => Promise<void>;
};

export type ValueOptions = {
  /** In ms. Also the longest time for which an invalidation can be lost on other processes. */
  readonly freshFor: number;
  /** In ms, since it was read. */
  readonly staleFor: number;
  /** The groups by which the value of a key is invalidated. */
  readonly groupsOf: (key: string) => readonly string[];
};

type Parts = {
  readonly name: string;
  readonly own: OwnStore;
  readonly shared?: SharedStore;
  readonly count: (result: Result) => void;
};
type Flight = Pick<Stored, 'generations'> & { readonly startedAt: number; readonly text: Promise<string> };
type Found = { readonly stored: Stored | undefined; readonly isFresh: boolean; readonly answer: Answer | undefined };

/** Larger ones are not kept: sixty of them would fill the own store. */
const maxBytes = 256 * 1024;

const ageOf = (readAt: number): number => Math.max(0, Math.round(performance.now() - readAt));

/** Without an answer this process goes by what it knows; with one, by that, and a missing generation equals none. */
const isCurrent = ({ generations }: Pick<Stored, 'generations'>, answer: Answer | undefined): boolean =>
  !answer || (answer.generations !== undefined && answer.generations === generations);

export const createValueCache = (parts: Parts, { freshFor, staleFor, groupsOf }: ValueOptions): ValueCache => {
  const { name, own, shared, count } = parts;
  const ownKey = (key: string): string => `${name} ${key}`;
  const invalidations = createInvalidations(freshFor);
  const flights = new Map<string, Flight>();

  const find = async (key: string, draw: boolean): Promise<Found> => {
    const groups = groupsOf(key);
    // Before it is asked, so that an entry seems rather too old than too young.
    const askedAt = performance.now();
    const answer = await shared?.read(key, groups, draw);
    let stored = own.get(ownKey(key));
    if (answer?.entry) {
      const { text, generations, age } = answer.entry;
      const readAt = askedAt - age;
      if (!stored || stored.readAt < readAt) own.put(ownKey(key), (stored = { text, generations, readAt }));
    }
    const age = performance.now() - (stored?.readAt ?? -Infinity);
    if (!stored || age > staleFor) return { stored: undefined, isFresh: false, answer };
    const isFresh = age < freshFor && isCurrent(stored, answer) && !invalidations.since(stored.readAt, groups);
    return { stored, answer, isFresh };
  };

  const start = (key: string, load: () => Promise<string>, answer: Answer | undefined): Flight => {
    const startedAt = performance.now();
    const land = async (): Promise<string> => {
      try {
        const text = await load();
        // One that was overtaken, by a change or a later load, has old news.
        if (flights.get(key) === flight && Buffer.byteLength(text) <= maxBytes) {
          own.put(ownKey(key), { text, readAt: startedAt, generations: answer?.generations });
          const lifetime = staleFor - (performance.now() - startedAt);
          if (answer && lifetime > 0) void shared?.write(key, text, answer, lifetime);
        }
        return text;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    };
    const flight: Flight = { startedAt, generations: answer?.generations, text: Promise.resolve().then(land) };
    // Those who wait hear of a failure; there may be none left.
    flight.text.catch(() => {});
    flights.set(key, flight);
    return flight;
  };

  /** The load that is on its way, unless it may have read what has been changed since. */
  const join = (key: string, answer: Answer | undefined): Flight | undefined => {
    const flight = flights.get(key);
    return flight && isCurrent(flight, answer) ? flight : undefined;
  };

  return {
    get: async (key) => {
      const { stored, isFresh } = await find(key, false);
      count(stored ? (isFresh ? 'fresh' : 'stale') : 'miss');
      return stored && { text: stored.text, age: ageOf(stored.readAt), isFresh };
    },
    fresh: async (key) => {
      const { stored, isFresh } = await find(key, false);
      if (!stored || !isFresh) return undefined;
      count('fresh');
      return { text: stored.text, age: ageOf(stored.readAt), isFresh };
    },
    through: async (key, load, { staleIf, patience }) => {
      const { stored, isFresh, answer } = await find(key, true);
      const say = (result: Result, source: Loaded['source'], text: string, readAt: number): Loaded => {
        count(result);
        return { text, age: ageOf(readAt), source };
      };
      if (stored && isFresh) return say('fresh', 'fresh', stored.text, stored.readAt);
      const flight = join(key, answer) ?? start(key, load, answer);
      try {
        const text = await (stored ? withPatience(flight, patience) : flight.text);
        if (text !== undefined) return say('miss', 'loaded', text, flight.startedAt);
      } catch (error) {
        if (!stored || !staleIf(error)) {
          count('miss');
          throw error;
        }
      }
      // Only those who have it run out of patience.
      const { text, readAt } = stored as Stored;
      return say('stale', 'stale', text, readAt);
    },
    invalidate: async (...groups) => {
      if (groups.length === 0) return;
      invalidations.add(groups);
      for (const key of flights.keys()) {
        if (groupsOf(key).some((group) => groups.includes(group))) flights.delete(key);
      }
      await shared?.invalidate(groups);
    },
  };
};

/** Undefined when it has taken longer, counted from its start: whoever joins late does not wait as long again. */
const withPatience = ({ text, startedAt }: Flight, patience: number): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), Math.max(0, startedAt + patience - performance.now()));
    text.then(resolve, reject).finally(() => clearTimeout(timer));
  });
