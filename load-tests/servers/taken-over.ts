import { demandRoles } from './arrange.ts';
import type { ServersSite } from './servers-site.ts';

/**
 * What changes when the database gets another primary: the timeline that it writes to, the first eight digits of the name of its WAL. The last checkpoint's is the
 * former one for a while after a promotion.
 */
export const timelineOf = async (site: ServersSite): Promise<string> =>
  (await site.execute('SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)')).trim();

/** What changes when somebody takes something over, each by a word for it. */
type Offices = Readonly<Record<string, string>>;

/** Everything of that kind: the timeline, who the primaries of database and cache are, who holds the VIP. */
export const officesOf = async (site: ServersSite): Promise<Offices> => {
  const [{ holder, primary, cache }, timeline] = await Promise.all([demandRoles(site), timelineOf(site)]);
  return { VIP: holder, primary, cache, timeline };
};

/** What was taken over between two moments, such as `VIP s1 → s2`. */
export const takenOver = (before: Offices, after: Offices): string[] =>
  Object.entries(before).flatMap(([what, whose]) =>
    after[what] === whose ? [] : [`${what} ${whose} → ${after[what] ?? 'nobody'}`],
  );
