export type Stored = {
  readonly text: string;
  /** When it was read from the source, on this process' own clock (performance.now). */
  readonly readAt: number;
  /** Those of its groups when it was read, as the shared store knew them; undefined when that could not be asked. */
  readonly generations: string | undefined;
};

export type OwnStore = {
  readonly get: (key: string) => Stored | undefined;
  readonly put: (key: string, stored: Stored) => void;
};

/** V8 needs two bytes a character at most; a quarter of a kilobyte holds what surrounds the two strings. */
const sizeOf = (key: string, { text }: Stored): number => 2 * (key.length + text.length) + 256;

/** The values this process keeps for itself. Past its size, the least recently used go. */
export const createOwnStore = (maxBytes: number): OwnStore => {
  // A Map is in the order of insertion, so that the first is the least recently used.
  const entries = new Map<string, Stored>();
  let bytes = 0;
  const remove = (key: string, stored: Stored): void => {
    entries.delete(key);
    bytes -= sizeOf(key, stored);
  };
  return {
    get: (key) => {
      const stored = entries.get(key);
      if (!stored) return undefined;
      entries.delete(key);
      entries.set(key, stored);
      return stored;
    },
    put: (key, stored) => {
      const before = entries.get(key);
      if (before) remove(key, before);
      entries.set(key, stored);
      bytes += sizeOf(key, stored);
      for (const [oldest, old] of entries) {
        if (bytes <= maxBytes) break;
        remove(oldest, old);
      }
    },
  };
};
