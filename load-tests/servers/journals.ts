import { script } from '@scale-up/infra/verbs/support/ssh.ts';
import type { ServersSite } from './servers-site.ts';

/** As edges name requests. */
const requestIds = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

/** Requests that are looked up: what failed together mostly failed for the same reason. */
const lookedUp = 2;

/** Lines of one server about one request; a request that went round says more than anybody reads. */
const longest = 20;

const since = '-15min';

/**
 * What the servers' journals say about requests: of edge, web, router and app, sorted by time.
 * @param texts in which the requests' ids stand
 */
export const journalsAbout = async ({ servers }: ServersSite, texts: readonly string[]): Promise<string[]> => {
  const ids = texts.flatMap((text) => text.match(requestIds) ?? []).slice(0, lookedUp);
  if (ids.length === 0) return [];
  const search = script(
    `journalctl --quiet --no-pager --output=short-iso-precise --since='${since}' --grep='${ids.join('|')}' | tail -n ${longest} || true`,
  );
  const found = await Promise.all(
    // Who is away says nothing, and the others still do.
    servers.names.map((server) => servers.demand(server, search).catch(() => '')),
  );
  return found.flatMap((text) => text.split('\n').filter(Boolean)).toSorted();
};
