import { Type, type Static } from 'typebox';
import { timestamp } from './fields.ts';
import { operation } from './operation.ts';

/** One of several words, or null; as type and enum, which reads better in OpenAPI than a list of constants. */
const word = <const Words extends readonly string[]>(words: Words, description?: string) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: words, ...(description && { description }) });
const nullable = <T>(type: 'string' | 'number', description: string) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], description });
const nullableTimestamp = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });

/** What a server can have; `router` is an HAProxy that is no candidate for the VIP. */
export const partKinds = ['balancer', 'router', 'web', 'app', 'database', 'etcd', 'cache'] as const;
export type PartKind = (typeof partKinds)[number];

/** `degraded` works, and `note` says what is wrong all the same; `unknown` cannot be asked from here. */
export const partStates = ['up', 'degraded', 'starting', 'draining', 'down', 'unknown'] as const;
export type PartState = (typeof partStates)[number];

const figure = (description: string) => Type.Optional(Type.Number({ description }));

/** Numbers of a part; those that its kind does not have are left out. */
export const PartFigures = Type.Object({
  requestsPerSecond: figure('over the last second, as the balancers count them'),
  errorsPerMinute: figure('answers with 5xx, and requests that failed, in the last minute'),
  retriesPerMinute: figure('requests that had to be given to another instance, in the last minute'),
  sessions: figure('connections or requests at this moment'),
  lagBytes: figure('of WAL, or of the cache’s stream, that it does not have yet'),
  timeline: figure('of PostgreSQL: grows with each fail-over'),
  standbys: figure('that follow this primary'),
  usedMemoryBytes: figure('of the cache'),
  operationsPerSecond: figure('of the cache'),
  upSeconds: figure('since the process started'),
});
export type PartFigures = Static<typeof PartFigures>;

export const ClusterPart = Type.Object({
  id: Type.String({ examples: ['s1/web-1'] }),
  kind: word(partKinds),
  number: Type.Integer({ minimum: 1 }),
  state: word(partStates),
  role: nullable<'holder' | 'primary' | 'standby' | 'replica'>(
    'string',
    'holder of the VIP, primary, standby, replica',
  ),
  note: nullable<string>('string', 'what is wrong, or to be known, in a few words'),
  release: nullable<string>('string', 'of web and app'),
  since: nullableTimestamp('when this state began, as far as it is known'),
  figures: PartFigures,
});
export type ClusterPart = Static<typeof ClusterPart>;

export const ClusterServer = Type.Object({
  name: Type.String(),
  address: Type.String(),
  state: word(['up', 'degraded', 'lost'], 'lost: nothing on it answers anybody'),
  note: nullable<string>('string', 'what is wrong, in a few words'),
  parts: Type.Array(ClusterPart),
});
export type ClusterServer = Static<typeof ClusterServer>;

/** Kinds of events, by what a reader looks for. */
export const eventKinds = ['fail-over', 'vip', 'server', 'instance', 'deploy', 'drain'] as const;

export const ClusterEvent = Type.Object({
  id: Type.String(),
  at: timestamp,
  kind: word(eventKinds),
  tone: word(['good', 'bad', 'neutral']),
  about: Type.String({ description: 'id of a part, name of a server, or one of vip, database, cache' }),
  became: Type.String({ description: 'the state, the server or the release that it changed to' }),
  text: Type.String({ description: 'a sentence' }),
});
export type ClusterEvent = Static<typeof ClusterEvent>;

export const ClusterPicture = Type.Object({
  observedAt: timestamp,
  observer: Type.String({ description: 'the instance of app that looked' }),
  vip: nullable<string>('string', 'address that clients use'),
  roles: Type.Object({
    vip: nullable<string>('string', 'server that holds the VIP'),
    database: nullable<string>('string', 'server of the primary'),
    cache: nullable<string>('string', 'server of the cache’s primary'),
  }),
  totals: Type.Object({
    requestsPerSecond: nullable<number>('number', 'at the edges'),
    errorsPerMinute: nullable<number>('number', 'answers with 5xx at the edges in the last minute'),
  }),
  servers: Type.Array(ClusterServer),
});
export type ClusterPicture = Static<typeof ClusterPicture>;

export const ClusterAnswer = Type.Object({
  cluster: ClusterPicture,
  events: Type.Array(ClusterEvent, { description: 'of the last hour, newest first' }),
});
export type ClusterAnswer = Static<typeof ClusterAnswer>;

export const clusterOperations = {
  cluster: operation({
    method: 'GET',
    path: '/cluster',
    access: 'admin',
    summary:
      'The servers and what runs on them, as they are now, and what happened in the last hour. Live at GET /cluster/events (text/event-stream)',
    status: 200,
    answer: ClusterAnswer,
    problems: [401, 403],
  }),
};

/**
 * The same as a stream (Server-Sent Events): `cluster` with each look, a ClusterPicture; `events` at the beginning and whenever there is a new one, the whole
 * list. It is no operation of the table, for its answer does not end by itself.
 */
export const clusterStream = {
  path: '/cluster/events',
  /** Milliseconds between two signs of life: a few within the time after which the router takes a silent instance for frozen (1.5 s). */
  heartbeat: 400,
  /**
   * Milliseconds after which a stream ends and is asked for again. Whoever drains in between, web or HAProxy, need not know of streams: it waits
   * this long at most, of the 30 s that it would.
   */
  lifetime: 10_000,
} as const;
