import { type Drawn, unheard } from './drawn.ts';
import { partsOf, type Sight } from './look.ts';
import type { Memory } from './memory.ts';
import type { InstanceView } from './sources/haproxy.ts';
import type { Part, Topology } from './topology.ts';

/** How the HAProxies see each instance, by its id; `by` is the server whose HAProxy it is. */
export type Views = ReadonlyMap<string, readonly { readonly by: string; readonly view: InstanceView }[]>;

/** Gathers what the HAProxies that answered say of instances. */
export const viewsOf = (topology: Topology, sight: Sight): Views => {
  const proxies = partsOf(topology, 'balancer', 'router').flatMap((part) => {
    const answer = sight.answers.get(part.id);
    return answer?.is === 'answered' && answer.value.of === 'proxy'
      ? [{ by: part.server, figures: answer.value.figures }]
      : [];
  });
  return new Map(
    partsOf(topology, 'web', 'app').map((part) => {
      const name = `${part.kind}/${part.server}-${part.number}`;
      const views = proxies.flatMap(({ by, figures }) => {
        const view = figures.instances.get(name);
        return view ? [{ by, view }] : [];
      });
      return [part.id, views];
    }),
  );
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const figuresOf = (views: readonly InstanceView[], memory: Memory, id: string, at: number): Drawn['figures'] => {
  if (views.length === 0) return {};
  return {
    requestsPerSecond: sum(views.map((view) => view.requestsPerSecond)),
    sessions: sum(views.map((view) => view.sessions)),
    errorsPerMinute: memory.lately(`${id} errors`, sum(views.map((view) => view.errors)), at),
    retriesPerMinute: memory.lately(`${id} retries`, sum(views.map((view) => view.retries)), at),
  };
};

/** What an instance says of itself, beside what those see who give it requests. */
export const instancePart = (
  sight: Sight,
  memory: Memory,
  part: Part,
  seen: readonly { readonly by: string; readonly view: InstanceView }[],
): Drawn => {
  const views = seen.map(({ view }) => view);
  const up = seen.filter(({ view }) => view.state === 'up');
  const figures = figuresOf(views, memory, part.id, sight.at);
  const lastChange = views.length > 0 ? sight.at - Math.min(...views.map(({ since }) => since)) * 1_000 : undefined;
  const answer = sight.answers.get(part.id);
  if (answer?.is !== 'answered' || answer.value.of !== 'instance') {
    const silent = unheard(sight, memory, part, part.kind);
    if (up.length === 0 || silent.state === 'down') return { ...silent, figures, began: lastChange };
    return { ...silent, figures };
  }
  const { phase, release } = answer.value.instance;
  const drawn = { role: null, release, figures, began: lastChange } as const;
  if (phase === 'starting') return { ...drawn, state: 'starting', note: 'not ready yet' };
  if (phase === 'draining') return { ...drawn, state: 'draining', note: 'finishes what it has' };
  if (phase === 'cut off') return { ...drawn, state: 'degraded', note: 'the router of its server is off' };
  if (up.length === seen.length) return { ...drawn, state: 'up', note: null };
  const missing = seen.filter(({ view }) => view.state !== 'up').map(({ by }) => by);
  const note = up.length === 0 ? 'ready, but gets no requests' : `gets no requests from ${missing.join(' and ')}`;
  return { ...drawn, state: 'degraded', note };
};

/** An HAProxy, and whether its server holds the VIP. */
export const balancerPart = (sight: Sight, memory: Memory, part: Part, holders: readonly string[]): Drawn => {
  const holds = part.kind === 'balancer' && holders.includes(part.server);
  const role = holds ? 'holder' : null;
  const answer = sight.answers.get(part.id);
  if (answer?.is !== 'answered' || answer.value.of !== 'proxy')
    return { ...unheard(sight, memory, part, 'HAProxy'), role };
  const { edge } = answer.value.figures;
  const figures: Drawn['figures'] = edge
    ? {
        requestsPerSecond: edge.requestsPerSecond,
        sessions: edge.sessions,
        errorsPerMinute: memory.lately(`${part.id} errors`, edge.errors, sight.at),
      }
    : {};
  const isSplit = holds && holders.length > 1;
  const note = isSplit ? `${holders.join(' and ')} hold the VIP at once` : null;
  return { state: isSplit ? 'degraded' : 'up', role, note, release: null, figures };
};
