import type { ClusterPicture, ClusterServer } from '@scale-up/contract';
import { cachePart, databasePart, etcdPart } from './data-parts.ts';
import { type Sight, partsOf } from './look.ts';
import type { Drawn } from './drawn.ts';
import type { Memory } from './memory.ts';
import { balancerPart, instancePart, type Views, viewsOf } from './traffic-parts.ts';
import type { Part, Topology } from './topology.ts';

/** Who is primary: of several that say so, the one that became it last. */
const primaryOf = (topology: Topology, sight: Sight): Part | undefined => {
  const found = partsOf(topology, 'database').flatMap((part) => {
    const answer = sight.answers.get(part.id);
    if (answer?.is !== 'answered') return [];
    if (answer.value.of === 'connection') return [{ part, timeline: 0 }];
    if (answer.value.of !== 'database' || !answer.value.member.isPrimary) return [];
    return answer.value.member.state === 'running' ? [{ part, timeline: answer.value.member.timeline ?? 0 }] : [];
  });
  return found.toSorted((one, other) => other.timeline - one.timeline)[0]?.part;
};

const cachePrimaryOf = (topology: Topology, sight: Sight): Part | undefined => {
  const found = partsOf(topology, 'cache').flatMap((part) => {
    const answer = sight.answers.get(part.id);
    if (answer?.is !== 'answered') return [];
    if (answer.value.of === 'connection') return [{ part, replicas: 0 }];
    return answer.value.of === 'cache' && answer.value.member.role === 'primary'
      ? [{ part, replicas: answer.value.member.replicas }]
      : [];
  });
  // One that comes back may take itself for the primary until a Sentinel tells it.
  return found.toSorted((one, other) => other.replicas - one.replicas)[0]?.part;
};

/** Whether others still reach something on a server that does not answer here. */
const reachedBy = (views: Views, parts: readonly Part[]): string[] => [
  ...new Set(
    parts.flatMap((part) =>
      (views.get(part.id) ?? [])
        .filter(({ by, view }) => by !== part.server && view.state === 'up')
        .map(({ by }) => by),
    ),
  ),
];

const serverOf = (
  { name, address, parts: all }: Topology['servers'][number],
  views: Views,
  sight: Sight,
  {
    memory,
    observer,
    drawn,
  }: { readonly memory: Memory; readonly observer: Part; readonly drawn: (part: Part) => Drawn },
): ClusterServer => {
  const isSilent = all.every(({ id }) => sight.answers.get(id)?.is === 'silent');
  const others = isSilent ? reachedBy(views, all) : [];
  const isLost = isSilent && others.length === 0 && all.some(({ id }) => memory.silences(id) > 1);
  const parts = all.map((part) => {
    const { began, ...rest }: Drawn = isLost
      ? { state: 'down', role: null, note: 'its server is lost', release: null, figures: {} }
      : drawn(part);
    const since = memory.since(part.id, rest.state, sight.at, began);
    const { id, kind, number } = part;
    return { id, kind, number, ...rest, since: since === undefined ? null : new Date(since).toISOString() };
  });
  const isWell = parts.every(({ state }) => state === 'up');
  const note = isLost
    ? 'nothing on it answers'
    : others.length > 0
      ? `not reached from ${observer.server}, only from ${others.join(' and ')}`
      : isSilent
        ? 'does not answer'
        : null;
  return { name, address, state: isLost ? 'lost' : isWell ? 'up' : 'degraded', note, parts };
};

/**
 * Makes a picture of what a look has found. No input makes it throw.
 * @param memory is told of the sight, and is to be used for nothing else
 */
export const draw = (topology: Topology, sight: Sight, memory: Memory): ClusterPicture => {
  memory.take(sight);
  const { vip, self } = topology;
  const views = viewsOf(topology, sight);
  const primary = primaryOf(topology, sight);
  const cachePrimary = cachePrimaryOf(topology, sight);
  const drawn = (part: Part): Drawn => {
    switch (part.kind) {
      case 'balancer':
      case 'router':
        return balancerPart(sight, memory, part, sight.holders);
      case 'web':
      case 'app':
        return instancePart(sight, memory, part, views.get(part.id) ?? []);
      case 'database':
        return databasePart(sight, memory, part, primary);
      case 'etcd':
        return etcdPart(sight, memory, part);
      case 'cache':
        return cachePart(sight, memory, part, cachePrimary);
      default:
        return part.kind satisfies never;
    }
  };
  const edges = [...sight.answers].flatMap(([id, answer]) =>
    answer.is === 'answered' && answer.value.of === 'proxy' && answer.value.figures.edge
      ? [{ id, ...answer.value.figures.edge }]
      : [],
  );
  const errors = edges.map((edge) => memory.lately(`${edge.id} edge`, edge.errors, sight.at));
  return {
    observedAt: new Date(sight.at).toISOString(),
    observer: self.id,
    vip: vip ?? null,
    roles: {
      vip: memory.holderOf('vip', sight.holders[0]) ?? null,
      database: memory.holderOf('database', primary?.server) ?? null,
      cache: memory.holderOf('cache', cachePrimary?.server) ?? null,
    },
    totals: {
      requestsPerSecond: edges.length > 0 ? edges.reduce((sum, edge) => sum + edge.requestsPerSecond, 0) : null,
      errorsPerMinute: edges.length > 0 ? errors.reduce((sum, count) => sum + count, 0) : null,
    },
    servers: topology.servers.map((server) => serverOf(server, views, sight, { memory, observer: self, drawn })),
  };
};
