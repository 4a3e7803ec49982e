import { KeyReused, WriteUnderWay } from './errors.ts';
import type { Queries } from './queries.ts';
import { statement } from './statement.ts';

/** What names a write, and tells whether a repetition is the same. */
export type OutcomeKey = {
  /** 32 bytes: a hash of who writes, what, and under which key. */
  readonly id: Uint8Array;
  /** A hash of the payload. */
  readonly fingerprint: Uint8Array;
};

export type Outcome = {
  /** What the write answered. */
  readonly answer: Uint8Array;
  /** Whether it had been done before. */
  readonly isReplay: boolean;
};

type Row = { readonly fingerprint: Buffer; readonly answer: Buffer | null };

// One statement, whether the write is new or not. A twin that is still running holds its row, so this waits for its end: if it commits, the
// row is updated and seen; if it does not, the row is inserted. The update has a second purpose: it makes the transaction write, so its
// COMMIT waits for the standbys, and with it everything before. An outcome that only this server knows is never given away.
const claim = statement<Row>(
  'outcome-claim',
  `INSERT INTO outcomes (id, fingerprint) VALUES ($1, $2)
   ON CONFLICT (id) DO UPDATE SET replays = outcomes.replays + 1
   RETURNING fingerprint, answer`,
);
const keep = statement('outcome-keep', `UPDATE outcomes SET answer = $2 WHERE id = $1`);
const find = statement<{ one: number }>('outcome-find', `SELECT 1 AS one FROM outcomes WHERE id = $1`);
// An array, so that the oldest are chosen once: a subquery with a LIMIT in IN may be run again by a nested loop, and more than the batch goes.
const prune = statement<{ count: number }>(
  'outcome-prune',
  `WITH gone AS (
     DELETE FROM outcomes WHERE id = ANY (ARRAY(
       SELECT id FROM outcomes WHERE created_at < now() - make_interval(secs => $1)
       ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
     )) RETURNING 1
   ) SELECT count(*) FROM gone`,
);

/** A statement that waited for a lock as long as it may (PostgreSQL manual, appendix A). */
const isWaitOver = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return code === '57014' || code === '55P03';
};

/**
 * Inside a transaction: does a write, or finds that it was done.
 * @param work gives the answer to store
 * @throws KeyReused when the key belongs to another payload, WriteUnderWay when a twin takes too long
 */
export const doOnce = async (
  queries: Queries,
  { id, fingerprint }: OutcomeKey,
  work: (queries: Queries) => Promise<Uint8Array>,
): Promise<Outcome> => {
  const row = await queries.first(claim, [id, fingerprint]).catch((error: unknown) => {
    throw isWaitOver(error) ? new WriteUnderWay(error) : error;
  });
  if (row?.answer) {
    if (!row.fingerprint.equals(fingerprint)) throw new KeyReused();
    return { answer: row.answer, isReplay: true };
  }
  const answer = await work(queries);
  await queries.query(keep, [id, answer]);
  return { answer, isReplay: false };
};

/** Whether a write is known to have been done; a look that waits for nothing. */
export const isKnown = async (queries: Queries, { id }: OutcomeKey): Promise<boolean> =>
  (await queries.first(find, [id])) !== undefined;

/**
 * Forgets outcomes older than a time, the oldest first, at most `batch` of them; rows that somebody uses are left for the next time.
 * @returns how many
 */
export const pruneOutcomes = async (queries: Queries, seconds: number, batch: number): Promise<number> =>
  (await queries.first(prune, [seconds, batch]))?.count ?? 0;
