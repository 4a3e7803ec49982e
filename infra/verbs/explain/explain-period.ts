import type { Inventory } from '../../inventory/schema.ts';
import type { Servers } from '../support/servers.ts';
import type { Event } from './event.ts';
import { type Explanation, missingIn } from './explanation.ts';
import { gather, reach } from './gather.ts';
import { eventsIn, namesOf } from './interpret.ts';
import { lasting, type Period } from './period.ts';
import { type Hop, hopOf, isStream } from './request.ts';
import * as selections from './selections.ts';
import { clusterSentence } from './story/cluster.ts';
import { periodSentence, slowest } from './story/period.ts';
import { linesOf } from './timeline.ts';

/** A request in one line, with the id by which it can be asked for. */
const inOneLine = ({ from, to, server, who, method, path, status, requestId }: Hop): Event => {
  const outcome = `${status > 0 ? status : 'no answer'} after ${lasting(to - from)}`;
  return { at: from, server, who, what: `${method} ${path}: ${outcome} (${requestId})`, isOfRequest: true };
};

/**
 * Tells of all that happened in a period, and of the requests that waited, failed or were tried again.
 * @throws VerbError when no journal can be read
 */
export const explainPeriod = async (inventory: Inventory, servers: Servers, period: Period): Promise<Explanation> => {
  const reached = await reach(servers);
  const names = Object.keys(reached.begins);
  const [rest, noticed] = await Promise.all([
    gather(servers, names, period, selections.events),
    gather(servers, names, period, [selections.noticed]),
  ]);
  const hops = noticed.entries.flatMap((entry) => hopOf(entry) ?? []).filter((hop) => !isStream(hop));
  const events = eventsIn(rest.entries, namesOf(inventory));
  return {
    period,
    begin: undefined,
    traceId: undefined,
    story: [
      periodSentence(period, hops),
      clusterSentence(events, []) ?? 'On the servers no role moved, and nothing ended or drained.',
    ],
    lines: linesOf([...slowest(hops).map(inOneLine), ...events]),
    requests: hops,
    missing: missingIn(reached, period, rest, noticed),
  };
};
