import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@scale-up/database';
import type { Logger } from '@scale-up/service';

/** Seconds an outcome is kept: a phone that was off over a weekend's night and day still gets its answer. */
const lifetime = 48 * 3_600;
/** Outcomes forgotten by one transaction: some milliseconds, during which no write waits for it, since locked rows are left out. */
const batch = 500;
/** Milliseconds between two batches, so that pruning never takes more than a small part of the database. */
const rest = 200;
/** Milliseconds between two prunings of an instance; all instances do it, and share the work by chance. */
const interval = 600_000;

/**
 * Forgets old outcomes from time to time, in small batches, until the signal is aborted.
 * @param logger told of what was forgotten, and of failures
 */
export const pruneOutcomes = async (database: Database, logger: Logger, signal: AbortSignal): Promise<void> => {
  while (await pause(interval * (0.5 + Math.random()), signal)) {
    try {
      const count = await pruneAll(database, signal);
      if (count > 0) logger.info({ count }, 'old outcomes forgotten');
    } catch (error) {
      logger.warn({ err: error }, 'old outcomes were not forgotten, they will be next time');
    }
  }
};

/**
 * Forgets every outcome that is old enough, batch by batch, or until the signal is aborted.
 * @returns how many
 */
export const pruneAll = async (database: Database, signal: AbortSignal): Promise<number> => {
  let total = 0;
  for (;;) {
    const count = await database.prune(lifetime, batch);
    total += count;
    if (count < batch || !(await pause(rest, signal))) return total;
  }
};

/** False when it was ended early. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
  sleep(milliseconds, true, { signal, ref: false }).catch(() => false);
