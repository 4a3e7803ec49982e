import { demandRoles } from './arrange.ts';
import type { ServersSite } from './servers-site.ts';

/** What changes when the database gets another primary: Patroni's timeline, which counts them. */
export const timelineOf = async (site: ServersSite): Promise<string> =>
  (await site.execute('SELECT timeline_id FROM pg_control_checkpoint()')).trim();

/** Everything that changes when somebody takes something over: that, who holds the VIP, who is the cache's primary. */
export const takenOver = async (site: ServersSite): Promise<string> => {
  const [{ holder, primary, cache }, timeline] = await Promise.all([demandRoles(site), timelineOf(site)]);
  return JSON.stringify([holder, primary, cache, timeline]);
};
