import type { CacheMember, CacheMembers } from '@scale-up/cache';
import { type Answer, type Ask, outcomeOf, type Said } from './sources/ask.ts';
import { parseFigures, type ProxyFigures } from './sources/haproxy.ts';
import { type InstanceWord, parseReadiness } from './sources/instance.ts';
import { type DatabaseMember, parseHistory, parseMember, type Promotion } from './sources/patroni.ts';
import { parsePeer, peerPath, type PeerWord } from './sources/peer.ts';
import { hasAddress, holderPath, holderPort } from './sources/vip.ts';
import type { Part, Topology } from './topology.ts';

/** What a part said, by what kind of part it is. */
export type Word =
  | { readonly of: 'proxy'; readonly figures: ProxyFigures }
  | { readonly of: 'instance'; readonly instance: InstanceWord }
  | { readonly of: 'database'; readonly member: DatabaseMember }
  | { readonly of: 'etcd'; readonly isHealthy: boolean }
  | { readonly of: 'cache'; readonly member: CacheMember }
  /** This process reaches it by the connections that it has anyway. */
  | { readonly of: 'connection' };

/** All that one look found. */
export type Sight = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly answers: ReadonlyMap<string, Answer<Word>>;
  /** Servers that are said to hold the VIP: one, if all is well. */
  readonly holders: readonly string[];
  /** The one that this server itself sees. */
  readonly ownHolder: string | undefined;
  /** What other instances have seen happen. */
  readonly events: PeerWord['events'];
  /** What the database remembers; undefined when it was not asked. */
  readonly promotions: readonly Promotion[] | undefined;
};

/** What a look works with. */
export type Sources = {
  readonly topology: Topology;
  readonly plain: Ask;
  /** Believes the authority that Patroni's certificate is from. */
  readonly tls: Ask;
  readonly caches: CacheMembers;
  /** What this process says of itself. */
  readonly self: () => InstanceWord;
  /** Whether the database answers this process, and the cache. */
  readonly reachesDatabase: () => Promise<boolean>;
  readonly reachesCache: () => Promise<boolean>;
};

/**
 * Milliseconds for everything that is asked, all at once. An answer takes one or two, and 20 on a busy machine; two silent looks in a row are a loss, which is
 * to be seen within 2 s (times.awake in watch.ts).
 */
export const patience = 350;

const okText = ({ status, text }: Said): string => {
  if (status !== 200) throw new Error(`it answered ${status}`);
  return text;
};

/** Whether a connection of this process answers, in the time that all have. */
const reached = async (asking: Promise<boolean>): Promise<Word> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), patience);
  try {
    if (!(await Promise.race([asking, promise]))) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    return { of: 'connection' };
  } finally {
    clearTimeout(timer);
  }
};

const askPart = async (sources: Sources, part: Part, cacheIndex: number): Promise<Word> => {
  const { plain, tls, topology } = sources;
  if (part.id === topology.self.id) return { of: 'instance', instance: sources.self() };
  const { at } = part;
  if (at === undefined) return reached(part.kind === 'cache' ? sources.reachesCache() : sources.reachesDatabase());
  switch (part.kind) {
    case 'balancer':
    case 'router':
      return { of: 'proxy', figures: parseFigures(okText(await plain(at, '/stats;csv', patience))) };
    case 'web':
    case 'app':
      // Its status is its readiness; what it says is there with each of them.
      return { of: 'instance', instance: parseReadiness((await plain(at, '/readyz', patience)).text) };
    case 'database':
      return { of: 'database', member: parseMember(okText(await tls(at, '/patroni', patience))) };
    case 'etcd': {
      // Serializable: of this member alone, whatever the others do.
      const { text } = await plain(at, '/health?serializable=true', patience);
      return { of: 'etcd', isHealthy: /"health"\s*:\s*"true"/.test(text) };
    }
    case 'cache':
      return { of: 'cache', member: await sources.caches.look(cacheIndex, patience) };
    default:
      return part.kind satisfies never;
  }
};

const valuesOf = <Value>(answers: readonly Answer<Value>[]): Value[] =>
  answers.flatMap((answer) => (answer.is === 'answered' ? [answer.value] : []));

/** The parts of a kind, of all servers. */
export const partsOf = ({ servers }: Topology, ...kinds: readonly Part['kind'][]): Part[] =>
  servers.flatMap(({ parts }) => parts.filter(({ kind }) => kinds.includes(kind)));

/** Whether this process is on a server that may hold the VIP. */
export const isBalancer = (topology: Topology): boolean =>
  partsOf(topology, 'balancer').some(({ server }) => server === topology.self.server);

/** This server's name, if it holds the VIP. */
export const holderHere = ({ vip, self }: Topology): string | undefined =>
  vip !== undefined && hasAddress(vip) ? self.server : undefined;

/**
 * Who holds the VIP, as this server itself can see it: a load balancer by its own interfaces, every other server by asking who answers there. (A load balancer
 * that asked would meet itself.)
 */
const seeHolder = async ({ topology, plain }: Sources): Promise<string | undefined> => {
  const { vip } = topology;
  if (vip === undefined) return undefined;
  if (isBalancer(topology)) return holderHere(topology);
  const balancers = partsOf(topology, 'balancer').map(({ server }) => server);
  const answer = await outcomeOf(plain({ host: vip, port: holderPort }, holderPath, patience).then(okText));
  const name = answer.is === 'answered' ? answer.value.trim() : undefined;
  return balancers.find((balancer) => balancer === name);
};

/** Who says so of itself knows best; others may have asked a second ago. */
const holdersIn = (words: readonly { readonly server: string; readonly holder: string | null }[]): string[] => {
  const named = words.filter(({ holder }) => holder !== null);
  const certain = named.filter(({ server, holder }) => server === holder);
  const names = (certain.length > 0 ? certain : named.slice(0, 1)).map(({ holder }) => holder ?? '');
  return [...new Set(names)].toSorted();
};

const askHistory = async ({ tls, topology }: Sources): Promise<Promotion[] | undefined> => {
  const asked = partsOf(topology, 'database').flatMap(({ at }) =>
    at ? [outcomeOf(tls(at, '/history', patience).then((said) => parseHistory(okText(said))))] : [],
  );
  return valuesOf(await Promise.all(asked)).toSorted((one, other) => other.length - one.length)[0];
};

/**
 * Asks every part of the site at once how it is. Takes as long as the patience at most, and never throws.
 * @param isWatched tells the other instances that somebody is looking
 * @param withHistory also asks for all that others remember, the database too
 */
export const look = async (
  sources: Sources,
  { isWatched, withHistory }: { readonly isWatched: boolean; readonly withHistory: boolean },
): Promise<Sight> => {
  const { topology, plain } = sources;
  const at = Date.now();
  const parts = topology.servers.flatMap((server) => server.parts);
  const caches = partsOf(topology, 'cache');
  const asking = parts.map(
    async (part) => [part.id, await outcomeOf(askPart(sources, part, caches.indexOf(part)))] as const,
  );
  const path = `${peerPath}?${[...(isWatched ? ['watched'] : []), ...(withHistory ? ['all'] : [])].join('&')}`;
  const peering = partsOf(topology, 'app').flatMap(({ id, server, at: place }) =>
    id === topology.self.id || !place
      ? []
      : [outcomeOf(plain(place, path, patience).then((said) => ({ server, ...parsePeer(okText(said)) })))],
  );
  const [answers, words, ownHolder, promotions] = await Promise.all([
    Promise.all(asking),
    Promise.all(peering),
    seeHolder(sources),
    withHistory ? askHistory(sources) : undefined,
  ]);
  const peers = valuesOf(words);
  return {
    at,
    answers: new Map(answers),
    holders: holdersIn([{ server: topology.self.server, holder: ownHolder ?? null }, ...peers]),
    ownHolder,
    events: peers.flatMap(({ events }) => events),
    promotions,
  };
};
