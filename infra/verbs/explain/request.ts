import type { Entry, Event } from './event.ts';
import { lasting } from './period.ts';
import { instanceOf } from './sources/haproxy.ts';
import { instanceName, jsonOf, type ServiceLine } from './sources/services.ts';

/** What a request passed through. HAProxy's second stage and router say nothing of what went well at once. */
export type Stage = (typeof stages)[number];

const stages = ['edge', 'second stage', 'web', 'router', 'app'] as const;

/** A request's stay in one program. */
export type Hop = {
  readonly stage: Stage;
  readonly server: string;
  readonly who: string;
  readonly from: number;
  readonly to: number;
  /** -1 where nobody was answered. */
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly client: string | undefined;
  /** Milliseconds it waited there for what is behind. */
  readonly held: number;
  /** Tries behind it that failed. */
  readonly tries: number;
  /** The answer is one that was stored when the write was done before. */
  readonly isReplayed: boolean;
  /** Whom HAProxy gave it to in the end. */
  readonly next: { readonly what: string; readonly server: string } | undefined;
  /** HAProxy's word on how it ended: two letters, `--` when as it should. */
  readonly ended: string;
  /** Milliseconds the client took to send its body, and to take the answer; only the edge knows. */
  readonly clientTime: { readonly sending: number; readonly taking: number } | undefined;
};

/** News of the cluster page, which go on until the page is left, or for 10 s: that they took long says nothing. */
export const isStream = ({ path, status, tries }: Hop): boolean =>
  path === '/api/cluster/events' && status === 200 && tries === 0;

/** A line of HAProxy (role haproxy, log-format). */
type ProxyLine = {
  readonly service?: string;
  readonly stage?: number;
  readonly request_id?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  readonly client?: string;
  readonly server?: string;
  readonly tries?: number;
  readonly ended?: string;
  readonly receiving_ms?: number;
  readonly sending_ms?: number;
};

const stageOf = ({ service, stage }: ProxyLine): Stage | undefined => {
  if (service === 'router') return 'router';
  if (service !== 'edge') return undefined;
  return stage === undefined ? 'edge' : 'second stage';
};

const positive = (value: number | undefined): number => Math.max(0, value ?? 0);

const proxyHop = ({ at, server, text }: Entry): Hop | undefined => {
  const line: ProxyLine | undefined = jsonOf(text);
  const stage = line && stageOf(line);
  if (!stage) return undefined;
  const next = line.server && line.server !== 'second_stage' && line.server !== '<NOSRV>' ? line.server : undefined;
  return {
    stage,
    server,
    who: stage === 'router' ? 'router' : 'edge',
    from: at - positive(line.duration_ms),
    to: at,
    status: line.status ?? -1,
    method: line.method ?? '',
    path: line.path ?? '',
    requestId: line.request_id ?? '',
    traceId: undefined,
    client: line.client,
    held: 0,
    tries: positive(line.tries),
    isReplayed: false,
    next: next === undefined ? undefined : instanceOf(stage === 'router' ? 'app' : 'web', next),
    ended: line.ended ?? '--',
    clientTime:
      line.receiving_ms === undefined
        ? undefined
        : { sending: positive(line.receiving_ms), taking: positive(line.sending_ms) },
  };
};

/** By its own time: services write their lines in batches, up to 0.1 s later. */
const timeOf = ({ time }: ServiceLine, at: number): number => {
  const own = Date.parse(time ?? '');
  return Number.isNaN(own) ? at : own;
};

const serviceHop = ({ at, server, unit, text }: Entry): Hop | undefined => {
  const line: ServiceLine | undefined = jsonOf(text);
  if (line?.msg !== 'request' || (line.service !== 'web' && line.service !== 'app')) return undefined;
  const to = timeOf(line, at);
  return {
    stage: line.service,
    server,
    who: instanceName(unit),
    from: to - positive(line.duration_ms),
    to,
    status: line.status ?? -1,
    method: line.method ?? '',
    path: line.path ?? '',
    requestId: line.request_id ?? '',
    traceId: line.trace_id,
    client: line.client,
    held: positive(line.held_ms),
    tries: positive(line.failed_tries),
    isReplayed: line.replayed === true,
    next: undefined,
    ended: '--',
    clientTime: undefined,
  };
};

/** The stay that a line tells of; undefined when it tells of something else. */
export const hopOf = (entry: Entry): Hop | undefined =>
  entry.unit === 'haproxy.service' ? proxyHop(entry) : serviceHop(entry);

const endings: Readonly<Record<string, string>> = {
  C: 'its client has left',
  c: 'its client said nothing for too long',
  S: 'who was asked broke off',
  s: 'who was asked took too long',
  P: 'refused by a rule',
  D: 'cut, since who was asked is not well',
  K: 'cut, since who was asked is not well',
  R: 'HAProxy has no room',
  I: 'a fault of HAProxy',
};

/** Whether its client did not wait for the answer. */
export const hasLeft = ({ ended }: Hop): boolean => /^[Cc]/.test(ended);

const outcomeOf = (hop: Hop): string => {
  const { status, ended, held, tries, next, isReplayed } = hop;
  return [
    `${status > 0 ? `answers ${status}` : 'has no answer'} after ${lasting(hop.to - hop.from)}`,
    held > 0 ? `held for ${lasting(held)}` : '',
    tries > 0 ? `${tries === 1 ? 'one try' : `${tries} tries`} failed` : '',
    next ? `${tries > 0 ? 'then by' : 'by'} ${next.what} on ${next.server}` : '',
    isReplayed ? 'with what was stored when it was done before' : '',
    ended === 'LR' ? 'by itself (its cache, or a redirect)' : (endings[ended[0] ?? ''] ?? ''),
  ]
    .filter(Boolean)
    .join(', ');
};

/** The stay that is the client's: at the edge. Without one, the outermost there is. */
export const outermost = (hops: readonly Hop[]): Hop | undefined =>
  stages.flatMap((stage) => hops.filter((hop) => hop.stage === stage))[0];

/** Milliseconds by which two programs' times may be off: HAProxy counts in whole ones. */
const rounding = 2;

/**
 * Hops by when they began, the outer one first. Nobody had a request before the one that sent it, so who seems to is given as much time as those behind:
 * HAProxy does not count the time in which it stood still, and clocks may differ.
 */
export const inOrder = (hops: readonly Hop[]): Hop[] => {
  const first = (inner: readonly Hop['stage'][]): number =>
    Math.min(...hops.filter(({ stage }) => inner.includes(stage)).map(({ from }) => from));
  const begin = {
    edge: first(['second stage', 'web', 'router', 'app']),
    'second stage': first(['web', 'router', 'app']),
  };
  const began = ({ stage, from }: Hop): number =>
    stage === 'edge' || stage === 'second stage' ? Math.min(from, begin[stage]) : from;
  const end = Math.max(...hops.filter(({ stage }) => stage === 'edge').map(({ to }) => to));
  return hops
    .map((hop) => ({ ...hop, from: began(hop), to: hop.to > end && hop.to <= end + rounding ? end : hop.to }))
    .toSorted((a, b) => a.from - b.from || b.to - a.to || stages.indexOf(a.stage) - stages.indexOf(b.stage));
};

const cameTo = ({ from, server, who, method, path, client, stage }: Hop): Event => {
  const what = stage === 'edge' ? `gets ${method} ${path} from ${client ?? 'a client'}` : 'gets it';
  return { at: from, server, who, what, isOfRequest: true };
};

const wentFrom = (hop: Hop): Event => {
  const { to, server, who } = hop;
  return { at: to, server, who, what: outcomeOf(hop), isOfRequest: true };
};

/**
 * A request's way as events: when it came to each, and when it went.
 * @param hops the outer one first
 */
export const eventsOfHops = (hops: readonly Hop[]): Event[] => [
  ...hops.map(cameTo),
  ...hops.toReversed().map(wentFrom),
];
