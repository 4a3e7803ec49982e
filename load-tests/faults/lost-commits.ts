import type { RelayOptions, Watch } from './relay.ts';

/** The simple query COMMIT as pg sends it: 'Q', its length, its text (PostgreSQL manual 53.7). */
const commitMessage = Buffer.from('Q\0\0\0\vCOMMIT\0', 'latin1');

/**
 * Where the connection of a COMMIT breaks: before the server sees it, some time after it was sent (the server may or may not have done it by
 * then), or when the server's answer is there and its client has not seen it.
 */
const moments = ['before', 'under way', 'answered'] as const;

/** Milliseconds: about what a COMMIT takes on this machine, so that some are done and some are not. */
const longestCommit = 3;

export type LostCommits = {
  /** For a relay in front of PostgreSQL. */
  readonly watch: NonNullable<RelayOptions['watch']>;
  /** How many were lost at each moment. */
  readonly counts: Record<(typeof moments)[number], number>;
  readonly total: () => number;
};

/**
 * Loses the answers of some COMMITs.
 * @param share of all, 0 to 1
 * @param limit after which no more are lost
 */
export const loseCommits = (random: () => number, share: number, limit: number): LostCommits => {
  const counts = { before: 0, 'under way': 0, answered: 0 };
  const total = (): number => counts.before + counts['under way'] + counts.answered;
  const watch = (cut: () => void): { fromClient: Watch; fromServer: Watch } => {
    let isDoomed = false;
    return {
      fromClient: (chunk) => {
        // The last statement comes with it; nothing follows before its answer.
        if (!chunk.subarray(-commitMessage.length).equals(commitMessage) || total() >= limit || random() >= share)
          return chunk;
        const moment = moments[Math.floor(random() * moments.length)] ?? 'before';
        counts[moment] += 1;
        if (moment === 'before') return undefined;
        if (moment === 'under way') setTimeout(cut, random() * longestCommit);
        // Should the answer come first, its client does not see it.
        isDoomed = true;
        return chunk;
      },
      fromServer: (chunk) => (isDoomed ? undefined : chunk),
    };
  };
  return { watch, counts, total };
};
