import { KeyReused, WriteUnderWay } from './errors.ts';
import type { Queries } from './queries.ts';
import { statement } from './statement.ts';
import type { AtCommit } from './transact.ts';

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

/** A write, which gives the answer to store. */
export type Write<Found> = (queries: Queries, found: Found) => Promise<Uint8Array>;
/** Statements that only read, sent together with the claim of a write's key: what they find is of use only to who does it. */
export type Look<Found> = (queries: Queries) => Promise<Found>;

type Row = { readonly fingerprint: Buffer; readonly answer: Buffer | null; readonly replays: number };

// One statement, whether the write is new or not. A twin that is still running holds its row, so this waits for its end: if it commits, the
// row is updated and seen; if it does not, the row is inserted. The update has a second purpose: it makes the transaction write, so its
// COMMIT waits for the standbys, and with it everything before. An outcome that only this server knows is never given away.
const claim = statement<Row>(
  'outcome-claim',
  `INSERT INTO outcomes (id, fingerprint) VALUES ($1, $2)
   ON CONFLICT (id) DO UPDATE SET replays = outcomes.replays + 1
   RETURNING fingerprint, answer, replays`,
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
 * @param atCommit stores the answer with the COMMIT
 * @throws KeyReused when the key belongs to another payload, WriteUnderWay when a twin takes too long
 */
export const doOnce = async <Found>(
  queries: Queries,
  atCommit: AtCommit,
  { id, fingerprint }: OutcomeKey,
  work: Write<Found>,
  look?: Look<Found>,
): Promise<Outcome> => {
  const claimed = queries.first(claim, [id, fingerprint]);
  const looked = look?.(queries);
  // What is wrong with it is of interest only to the write.
  looked?.catch(() => {});
  const row = await claimed.catch((error: unknown) => {
    throw isWaitOver(error) ? new WriteUnderWay(error) : error;
  });
  if (row?.answer) {
    if (!row.fingerprint.equals(fingerprint)) throw new KeyReused();
    return { answer: row.answer, isReplay: true };
  }
  // No transaction leaves such a row. To do the write might be to do it twice.
  if (row && row.replays > 0) throw new Error('a write has an outcome without an answer');
  const answer = await work(queries, (await looked) as Found);
  atCommit(keep, [id, answer]);
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
