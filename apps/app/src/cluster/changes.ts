import type { ClusterEvent, ClusterPart, ClusterPicture } from '@scale-up/contract';
import type { Promotion } from './sources/patroni.ts';

/** An event that has no id yet. */
export type Change = Omit<ClusterEvent, 'id'>;

const programs: Readonly<Record<ClusterPart['kind'], string>> = {
  balancer: 'HAProxy',
  router: 'HAProxy',
  web: 'web',
  app: 'app',
  database: 'PostgreSQL',
  etcd: 'etcd',
  cache: 'Valkey',
};

/** `web 1 on s1`, `etcd on s2`. */
const nameOf = (server: string, { id, kind, number }: ClusterPart): string =>
  `${programs[kind]}${/-\d+$/.test(id) ? ` ${number}` : ''} on ${server}`;

type Coarse = 'up' | 'draining' | 'down';

const coarse: Readonly<Record<ClusterPart['state'], Coarse | undefined>> = {
  up: 'up',
  degraded: 'up',
  starting: 'down',
  draining: 'draining',
  down: 'down',
  unknown: undefined,
};

const partChanges = (server: string, before: ClusterPart, now: ClusterPart, at: string): Change[] => {
  const name = nameOf(server, now);
  const [was, is] = [coarse[before.state], coarse[now.state]];
  const common = { at, about: now.id };
  const changes: Change[] = [];
  if (before.release !== null && now.release !== null && before.release !== now.release) {
    const text = `${name} runs release ${now.release}; before it was ${before.release}.`;
    changes.push({ ...common, kind: 'deploy', tone: 'neutral', became: `release ${now.release}`, text });
  }
  if (is === undefined || was === undefined || is === was) return changes;
  if (is === 'draining') {
    return [
      ...changes,
      { ...common, kind: 'drain', tone: 'neutral', became: is, text: `${name} drains: no new requests.` },
    ];
  }
  const why = now.note === null ? '' : `: ${now.note}`;
  const text =
    is === 'up' ? `${name} is up.` : now.state === 'starting' ? `${name} starts anew.` : `${name} is down${why}.`;
  return [...changes, { ...common, kind: 'instance', tone: is === 'up' ? 'good' : 'bad', became: is, text }];
};

type Role = {
  readonly about: 'vip' | 'database' | 'cache';
  readonly kind: ClusterEvent['kind'];
  readonly gained: (server: string) => string;
  readonly lost: string;
};

const roles: readonly Role[] = [
  { about: 'vip', kind: 'vip', gained: (server) => `${server} holds the VIP`, lost: 'Nobody holds the VIP' },
  {
    about: 'database',
    kind: 'fail-over',
    gained: (server) => `${server} is the primary of PostgreSQL`,
    lost: 'PostgreSQL has no primary',
  },
  {
    about: 'cache',
    kind: 'fail-over',
    gained: (server) => `${server} is the primary of Valkey`,
    lost: 'Valkey has no primary',
  },
];

const roleChanges = (before: ClusterPicture, now: ClusterPicture, known: Readonly<Record<string, string>>): Change[] =>
  roles.flatMap(({ about, kind, gained, lost }): Change[] => {
    const [was, is] = [before.roles[about], now.roles[about]];
    if (was === is) return [];
    const common = { at: now.observedAt, kind, about };
    const last = was ?? known[about];
    const suffix = last === undefined || last === is ? '' : `; before it was ${last}`;
    if (is === null) return [{ ...common, tone: 'bad', became: 'nobody', text: `${lost}${suffix}.` }];
    return [{ ...common, tone: 'neutral', became: is, text: `${gained(is)}${suffix}.` }];
  });

/**
 * What has happened between two pictures. What goes or comes with its server is no event of its own.
 * @param known who had each role last, for the times when nobody has it
 */
export const changesBetween = (
  before: ClusterPicture,
  now: ClusterPicture,
  known: Readonly<Record<string, string>> = {},
): Change[] => {
  const at = now.observedAt;
  const ofServers = now.servers.flatMap((server): Change[] => {
    const last = before.servers.find(({ name }) => name === server.name);
    if (!last) return [];
    const common = { at, kind: 'server', about: server.name } as const;
    if (server.state === 'lost' && last.state !== 'lost') {
      return [{ ...common, tone: 'bad', became: 'lost', text: `${server.name} is lost: nothing on it answers.` }];
    }
    if (last.state === 'lost') {
      if (server.state === 'lost') return [];
      return [{ ...common, tone: 'good', became: 'back', text: `${server.name} is back.` }];
    }
    return server.parts.flatMap((part) => {
      const earlier = last.parts.find(({ id }) => id === part.id);
      return earlier ? partChanges(server.name, earlier, part, at) : [];
    });
  });
  return [...roleChanges(before, now, known), ...ofServers];
};

/** A change of primaries as the database remembers it. */
export const changeOf = ({ timeline, at, primary }: Promotion): ClusterEvent => ({
  id: `patroni#${timeline}`,
  at: new Date(at).toISOString(),
  kind: 'fail-over',
  tone: 'neutral',
  about: 'database',
  became: primary,
  text: `${primary} is the primary of PostgreSQL, timeline ${timeline}.`,
});
