import type { Event, Fact } from '../event.ts';
import { clock } from '../period.ts';
import type { Hop } from '../request.ts';

/** More than these nobody keeps in mind; the timeline has them all. */
const longest = 8;

type Known = Event & { readonly fact: Fact };
type Told = { readonly at: number; readonly key: string; readonly text: string };

/** What decides whether a fact is worth a word. */
type Circumstances = {
  /** Servers that the others lost: what those saw is that they were alone. */
  readonly lost: ReadonlySet<string>;
  readonly deposed: ReadonlySet<string>;
  readonly promoted: ReadonlySet<string>;
  /** Instances of app that had what is explained, and their servers. */
  readonly apps: ReadonlySet<string>;
};

const circumstances = (events: readonly Known[], hops: readonly Hop[]): Circumstances => {
  const serversOf = (type: Fact['type']): ReadonlySet<string> =>
    new Set(events.flatMap(({ fact }) => (fact.type === type && 'server' in fact ? [fact.server] : [])));
  const apps = hops
    .filter(({ stage }) => stage === 'app')
    .flatMap(({ who, server }) => [`${who} on ${server}`, server]);
  return {
    lost: serversOf('server-lost'),
    deposed: serversOf('stepped-down'),
    promoted: serversOf('promoted'),
    apps: new Set(apps),
  };
};

/** Whether what a HAProxy finds of the primary is news: nobody else says it, and it is the way of what is explained. */
const isNews = (
  by: string,
  fact: Extract<Fact, { type: 'primary-taken' | 'primary-left' }>,
  known: Circumstances,
): boolean => {
  const { lost, deposed, promoted, apps } = known;
  if (lost.has(by)) return false;
  if (fact.type === 'primary-left') return apps.has(by) && !lost.has(fact.server) && !deposed.has(fact.server);
  return !promoted.has(fact.server) && !lost.has(fact.server) && (apps.has(by) || lost.size + deposed.size > 0);
};

/** A fact in words; undefined where another one says more. */
const tell = ({ at, server: by, fact }: Known, known: Circumstances): Told | undefined => {
  const told = (key: string, text: string, when = at): Told => ({ at: when, key, text: `${text} at ${clock(when)}` });
  switch (fact.type) {
    case 'server-lost':
      return known.lost.has(by)
        ? undefined
        : told(`lost ${fact.server}`, `${fact.server} was heard for the last time`, fact.since);
    case 'server-started':
      return told(`started ${fact.server}`, `${fact.server} started`);
    case 'stepped-down':
      return told(`primary- ${fact.server}`, `${fact.server} stopped being the primary (${fact.why})`);
    case 'promoted':
      return told(`primary+ ${fact.server}`, `${fact.server} was promoted to primary`);
    case 'primary-left':
      if (!isNews(by, fact, known)) return undefined;
      return told(
        `primary- ${fact.server}`,
        `the router on ${by} no longer took ${fact.server} for the primary (${fact.why})`,
      );
    case 'primary-taken':
      return isNews(by, fact, known)
        ? told(`primary+ ${fact.server}`, `the router on ${by} took ${fact.server} for the primary`)
        : undefined;
    case 'vip-taken':
      return told(`vip ${fact.server} ${at}`, `${fact.server} took the VIP`);
    case 'cache-moved':
      return told(`cache ${fact.server}`, `the cache went to ${fact.server}`);
    case 'ended':
      return told(`down ${fact.what} ${fact.server}`, `${fact.what} on ${fact.server} ended`);
    case 'drained':
      return told(`down ${fact.what} ${fact.server}`, `${fact.what} on ${fact.server} began to drain`);
    case 'marked-down':
      if (known.lost.has(by) || known.lost.has(fact.server)) return undefined;
      return told(
        `down ${fact.what} ${fact.server}`,
        `${fact.what} on ${fact.server} got no more requests (${fact.why})`,
      );
    case 'database-away': {
      const app = `${fact.app} on ${by}`;
      return known.apps.has(app) ? told(`away ${app}`, `${app} found the database away`) : undefined;
    }
    case 'verb':
      return told(`verb ${fact.verb}`, `${fact.who} began ${fact.verb}`);
  }
};

/**
 * What the servers did, in a sentence; undefined when they did nothing that could hold anybody.
 * @param hops of the request that is explained; of other instances of app it says nothing that they find the database away
 */
export const clusterSentence = (events: readonly Event[], hops: readonly Hop[]): string | undefined => {
  const facts = events.flatMap((event) => (event.fact ? [{ ...event, fact: event.fact }] : []));
  const known = circumstances(facts, hops);
  const all = facts.flatMap((event) => tell(event, known) ?? []).toSorted((a, b) => a.at - b.at);
  // Each of three servers may say so, and each a second time; the first counts.
  const first = [...Map.groupBy(all, ({ key }) => key).values()].flatMap(([one]) => one ?? []);
  if (first.length === 0) return undefined;
  const told = first.slice(0, longest).map(({ text }) => text);
  const more = first.length > longest ? [`and ${first.length - longest} more changes, below`] : [];
  return `On the servers: ${[...told, ...more].join('; ')}.`;
};
