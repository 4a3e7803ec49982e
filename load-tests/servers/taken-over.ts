import { demandRoles } from './arrange.ts';
import type { ServersSite } from './servers-site.ts';

/**
 * What changes when the database gets another primary: the timeline that it writes to, the first eight digits of the name of its WAL. The last checkpoint's is the
 * former one for a while after a promotion.
 */
export const timelineOf = async (site: ServersSite): Promise<string> =>
  (await site.execute('SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)')).trim();

/** Everything that changes when somebody takes something over: that, who holds the VIP, who is the cache's primary. */
export const takenOver = async (site: ServersSite): Promise<string> => {
  const [{ holder, primary, cache }, timeline] = await Promise.all([demandRoles(site), timelineOf(site)]);
  return JSON.stringify([holder, primary, cache, timeline]);
};
