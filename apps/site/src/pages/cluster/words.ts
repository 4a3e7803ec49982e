import type { ClusterPart, ClusterPicture, PartKind, PartState } from '@scale-up/contract';

export const programs: Readonly<Record<PartKind, string>> = {
  balancer: 'HAProxy',
  router: 'HAProxy',
  web: 'web',
  app: 'app',
  database: 'PostgreSQL',
  etcd: 'etcd',
  cache: 'Valkey',
};

/** Rows of a server, from where a request comes in to where it ends. */
export const tiers: readonly { readonly title: string; readonly kinds: readonly PartKind[] }[] = [
  { title: 'Edge', kinds: ['balancer', 'router'] },
  { title: 'Web', kinds: ['web'] },
  { title: 'App', kinds: ['app'] },
  { title: 'Database', kinds: ['database', 'etcd'] },
  { title: 'Cache', kinds: ['cache'] },
];

export const stateWords: Readonly<Record<PartState, string>> = {
  up: 'up',
  degraded: 'impaired',
  starting: 'starting',
  draining: 'draining',
  down: 'down',
  unknown: 'unknown',
};

export const nameOf = ({ id, kind, number }: ClusterPart): string =>
  `${programs[kind]}${/-\d+$/.test(id) ? ` ${number}` : ''}`;

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export const bytes = (count: number): string => {
  if (count < 1_000) return `${whole.format(count)} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB` : `${(count / 1e9).toFixed(1)} GB`;
};

/** Seconds as a person says them: `8 s`, `12 min`, `3 h 5 min`, `4 days`. */
export const duration = (seconds: number): string => {
  const rounded = Math.max(0, Math.round(seconds));
  if (rounded < 90) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
};

const behind = (lag: number | undefined): string =>
  lag === undefined ? '' : lag === 0 ? ', in step' : `, ${bytes(lag)} behind`;

const perSecond = (count: number): string => `${whole.format(count)} req/s`;

/** The one thing about a part that is worth a glance. */
export const glance = (part: ClusterPart): string => {
  const { state, note, role, figures } = part;
  if (note !== null && state !== 'up') return note;
  switch (part.kind) {
    case 'balancer':
    case 'router':
      return [
        role === 'holder' ? 'holds the VIP' : '',
        figures.requestsPerSecond === undefined ? '' : perSecond(figures.requestsPerSecond),
      ]
        .filter(Boolean)
        .join(', ');
    case 'web':
    case 'app':
      return figures.requestsPerSecond === undefined ? '' : perSecond(figures.requestsPerSecond);
    case 'database':
    case 'cache':
      return role === null ? '' : `${role}${role === 'primary' ? '' : behind(figures.lagBytes)}`;
    case 'etcd':
      return 'member';
    default:
      return part.kind satisfies never;
  }
};

/** A figure's name and its value, for the details of a part. */
export const factsOf = (part: ClusterPart, observedAt: string): (readonly [name: string, value: string])[] => {
  const { figures, release, role, since, state } = part;
  const seconds = since === null ? undefined : (Date.parse(observedAt) - Date.parse(since)) / 1_000;
  const all: (readonly [string, string | undefined])[] = [
    ['State', seconds === undefined ? stateWords[state] : `${stateWords[state]} for ${duration(seconds)}`],
    ['Role', role === 'holder' ? 'holds the VIP' : (role ?? undefined)],
    ['Release', release ?? undefined],
    [
      'Requests',
      figures.requestsPerSecond === undefined ? undefined : `${whole.format(figures.requestsPerSecond)} a second`,
    ],
    [
      'Errors',
      figures.errorsPerMinute === undefined ? undefined : `${whole.format(figures.errorsPerMinute)} in the last minute`,
    ],
    [
      'Sent elsewhere',
      figures.retriesPerMinute === undefined
        ? undefined
        : `${whole.format(figures.retriesPerMinute)} in the last minute`,
    ],
    [
      part.kind === 'cache' ? 'Clients' : 'At work',
      figures.sessions === undefined ? undefined : whole.format(figures.sessions),
    ],
    ['Behind', figures.lagBytes === undefined ? undefined : bytes(figures.lagBytes)],
    ['Standbys', figures.standbys === undefined ? undefined : whole.format(figures.standbys)],
    ['Timeline', figures.timeline === undefined ? undefined : whole.format(figures.timeline)],
    [
      'Commands',
      figures.operationsPerSecond === undefined ? undefined : `${whole.format(figures.operationsPerSecond)} a second`,
    ],
    ['Memory', figures.usedMemoryBytes === undefined ? undefined : bytes(figures.usedMemoryBytes)],
    ['Running for', figures.upSeconds === undefined ? undefined : duration(figures.upSeconds)],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
};

export const serverWords = { up: 'all is well', degraded: 'not all is well', lost: 'lost' } as const;

/** What is to be known of the whole, in one sentence. */
export const verdictOf = ({ servers }: ClusterPicture): string => {
  const lost = servers.filter(({ state }) => state === 'lost').map(({ name }) => name);
  const impaired = servers.filter(({ state }) => state === 'degraded').map(({ name }) => name);
  const sentences = [
    ...(lost.length > 0 ? [`${lost.join(' and ')} ${lost.length > 1 ? 'are' : 'is'} lost.`] : []),
    ...(impaired.length > 0 ? [`Not all is well on ${impaired.join(' and ')}.`] : []),
  ];
  return sentences.join(' ') || 'Everything is up.';
};
