import type { Inventory } from '../../inventory/schema.ts';
import { VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import type { Entry, Event } from './event.ts';
import { type Explanation, missingIn } from './explanation.ts';
import { findRequest, gather, type Gathered, reach, type Reached } from './gather.ts';
import { eventsIn, namesOf } from './interpret.ts';
import type { Period } from './period.ts';
import { eventsOfHops, hopOf, inOrder } from './request.ts';
import * as selections from './selections.ts';
import { clusterSentence } from './story/cluster.ts';
import { requestSentences } from './story/request.ts';
import { linesOf } from './timeline.ts';

/**
 * Milliseconds around a request that are told of: what made it wait has mostly begun a moment before it came. The database may have had no primary for longer,
 * 20 s where Patroni alone finds out, so more is read.
 */
const around = { read: 30_000, before: 5_000, after: 2_000 };

/**
 * Tells of one request, wherever in the period it was.
 * @throws VerbError when no journal knows it, or none can be read
 */
export const explainRequest = async (
  inventory: Inventory,
  servers: Servers,
  id: string,
  period: Period,
): Promise<Explanation> => {
  const reached = await reach(servers);
  const answering = Object.keys(reached.begins);
  const found = await findRequest(servers, answering, id, period);
  const hops = inOrder(found.entries.flatMap((entry) => hopOf(entry) ?? []));
  if (found.entries.length === 0) throw unknown(id, period, reached, found);
  const moments = [...hops.flatMap(({ from, to }) => [from, to]), ...found.entries.map(({ at }) => at)];
  const [begin, end] = [Math.min(...moments), Math.max(...moments)];
  const read: Period = { from: begin - around.read, to: end + around.after };
  const rest = await gather(servers, answering, read, selections.events);
  const others = rest.entries.filter(({ text }) => !text.includes(id));
  const all = eventsIn(others, namesOf(inventory));
  const events = all.filter((event) => event.at >= begin - around.before || isOpen(event, all, begin));
  const remarks = found.entries.filter((entry) => !hopOf(entry)).map((entry) => remarkOf(entry, inventory));
  const meanwhile = events.filter(({ at }) => at <= end);
  return {
    period: { from: begin - around.before, to: read.to },
    begin,
    traceId: hops.find(({ traceId }) => traceId)?.traceId,
    story: [
      ...requestSentences(hops, remarks),
      clusterSentence(meanwhile, hops) ?? 'On the servers no role moved, and nothing ended or drained.',
    ],
    lines: linesOf([...eventsOfHops(hops), ...remarks, ...events]),
    requests: hops,
    missing: missingIn(reached, read, found, rest),
  };
};

/** What a line about a request says that is no stay of it: why it failed, that it was cut. */
const remarkOf = (entry: Entry, inventory: Inventory): Event => {
  const [event] = eventsIn([entry], namesOf(inventory));
  const { at, server, identifier, text } = entry;
  return { ...(event ?? { at, server, who: identifier, what: text }), isOfRequest: true };
};

/** Whether the database lost its primary with it, and had none when the request came. */
const isOpen = ({ at, fact }: Event, events: readonly Event[], begin: number): boolean =>
  (fact?.type === 'stepped-down' || fact?.type === 'server-lost') &&
  !events.some((event) => event.fact?.type === 'promoted' && event.at >= at && event.at < begin);

const unknown = (id: string, period: Period, reached: Reached, found: Gathered): VerbError => {
  const [from, to] = [period.from, period.to].map((at) => new Date(at).toISOString());
  return new VerbError(
    [
      `No journal of ${Object.keys(reached.begins).join(', ')} knows the request ${id} between ${from} and ${to}.`,
      "It may be older (--since 7d), or of another site (-i FILE). Its id is the answer's X-Request-Id.",
      ...missingIn(reached, period, found),
    ].join('\n'),
  );
};
