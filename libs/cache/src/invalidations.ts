export type Invalidations = {
  readonly add: (groups: readonly string[]) => void;
  /** Whether one of the groups was invalidated at that time (performance.now) or later. */
  readonly since: (time: number, groups: readonly string[]) => boolean;
};

/**
 * This process' own invalidations, which it never forgets while they matter, whatever became of their way to the other processes.
 * @param memory how long one is kept in ms: past the time for which anything is fresh, it says nothing new
 */
export const createInvalidations = (memory: number): Invalidations => {
  const times = new Map<string, number>();
  return {
    add: (groups) => {
      const now = performance.now();
      for (const group of groups) {
        times.delete(group);
        times.set(group, now);
      }
      // In the order of time, as each goes to the end.
      for (const [group, time] of times) {
        if (now - time <= memory) break;
        times.delete(group);
      }
    },
    since: (time, groups) => groups.some((group) => (times.get(group) ?? -Infinity) >= time),
  };
};
