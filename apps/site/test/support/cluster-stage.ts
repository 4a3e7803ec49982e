import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterEvent, ClusterPart, ClusterPicture, ClusterServer } from '@scale-up/contract';
import type { Page } from 'playwright-core';

const began = Date.now();
const iso = (secondsAgo: number): string => new Date(began - secondsAgo * 1_000).toISOString();

const part = (id: string, more: Partial<ClusterPart> = {}): ClusterPart => ({
  id,
  kind: id.replace(/^.*\//, '').replace(/-\d+$/, '') as ClusterPart['kind'],
  number: 1,
  state: 'up',
  role: null,
  note: null,
  release: null,
  since: iso(5_400),
  figures: {},
  ...more,
});

const instance = (id: string, requestsPerSecond: number): ClusterPart =>
  part(id, {
    release: 'c07844fa0758',
    figures: { requestsPerSecond, sessions: 2, errorsPerMinute: 0, retriesPerMinute: 0 },
  });

const serverOf = (name: string, index: number): ClusterServer => ({
  name,
  address: `10.77.0.1${index + 1}`,
  state: 'up',
  note: null,
  parts: [
    part(`${name}/${index < 2 ? 'balancer' : 'router'}`, {
      role: index === 0 ? 'holder' : null,
      figures: { requestsPerSecond: index === 0 ? 212 : 0, sessions: 14, errorsPerMinute: 0 },
    }),
    instance(`${name}/web-1`, 71),
    instance(`${name}/app-1`, 48),
    part(`${name}/database`, {
      role: index === 1 ? 'primary' : 'standby',
      figures: { timeline: 9, upSeconds: 7_320, ...(index === 1 ? { standbys: 2 } : { lagBytes: index * 900 }) },
    }),
    part(`${name}/etcd`),
    part(`${name}/cache`, {
      role: index === 0 ? 'primary' : 'replica',
      figures: {
        usedMemoryBytes: 8_882_928,
        operationsPerSecond: 39,
        sessions: 8,
        upSeconds: 7_320,
        ...(index === 0 ? {} : { lagBytes: 0 }),
      },
    }),
  ],
});

/** Three servers of which all is well. */
export const whole = (): ClusterPicture => ({
  observedAt: new Date().toISOString(),
  observer: 's2/app-1',
  vip: '10.77.0.100',
  roles: { vip: 's1', database: 's2', cache: 's1' },
  totals: { requestsPerSecond: 212, errorsPerMinute: 0 },
  servers: ['s1', 's2', 's3'].map(serverOf),
});

/** The same without the server that held the VIP, and while web on another one drains. */
export const withoutS1 = (): ClusterPicture => {
  const { servers, ...rest } = whole();
  return {
    ...rest,
    roles: { vip: 's2', database: 's2', cache: 's2' },
    totals: { requestsPerSecond: 187, errorsPerMinute: 3 },
    servers: servers.map((server) =>
      server.name === 's1'
        ? {
            ...server,
            state: 'lost',
            note: 'nothing on it answers',
            parts: server.parts.map(({ id }) => part(id, { state: 'down', note: 'its server is lost', since: iso(4) })),
          }
        : {
            ...server,
            state: server.name === 's3' ? 'degraded' : 'up',
            parts: server.parts.map((each): ClusterPart => {
              if (each.id === 's3/web-1') return { ...each, state: 'draining', note: 'finishes what it has' };
              if (each.id === 's3/app-1') return { ...each, state: 'degraded', note: 'gets no requests from s2' };
              if (each.kind === 'balancer') return { ...each, role: 'holder' };
              return each.id === 's2/cache' ? { ...each, role: 'primary' } : each;
            }),
          },
    ),
  };
};

const event = (
  secondsAgo: number,
  kind: ClusterEvent['kind'],
  tone: ClusterEvent['tone'],
  text: string,
): ClusterEvent => ({
  id: text,
  at: iso(secondsAgo),
  kind,
  tone,
  about: 'x',
  became: 'x',
  text,
});

export const earlier: readonly ClusterEvent[] = [
  event(340, 'deploy', 'neutral', 'app 1 on s3 runs release c07844fa0758; before it was 87f3f19aa201.'),
  event(351, 'drain', 'neutral', 'app 1 on s3 drains: no new requests.'),
  event(1_260, 'instance', 'good', 'web 1 on s2 is up.'),
  event(1_262, 'instance', 'bad', 'web 1 on s2 is down: web is not running.'),
  event(2_480, 'fail-over', 'neutral', 's2 is the primary of PostgreSQL, timeline 9.'),
];

export const loss: readonly ClusterEvent[] = [
  event(2, 'vip', 'neutral', 's2 holds the VIP; before it was s1.'),
  event(3, 'server', 'bad', 's1 is lost: nothing on it answers.'),
];

/** A stream that the page gets in the place of app's: what comes on it, and whether anything does, is the test's. */
export class ClusterStage {
  readonly #server = createServer((_request, response) => this.#open(response));
  readonly #watchers = new Set<ServerResponse>();
  readonly #beat = setInterval(() => this.#say(':\n\n'), 400);
  #picture = whole;
  #events: readonly ClusterEvent[] = earlier;
  /** How often a page has asked. */
  asked = 0;
  isSilent = false;

  /** Has a page ask here. */
  async takeOver(page: Page): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    await page.route('**/api/cluster/events', (route) => route.continue({ url: `http://127.0.0.1:${port}/` }));
  }

  show(picture: () => ClusterPicture, events: readonly ClusterEvent[] = this.#events): void {
    this.#picture = picture;
    this.#events = events;
    this.#say(this.#frames());
  }

  /** Ends all streams, as an instance does that drains. */
  endStreams(): void {
    for (const watcher of this.#watchers) watcher.end();
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #frames(): string {
    const events = `event: events\ndata: ${JSON.stringify(this.#events)}\n\n`;
    return `event: cluster\ndata: ${JSON.stringify(this.#picture())}\n\n${events}`;
  }

  #open(response: ServerResponse): void {
    this.asked += 1;
    if (this.isSilent) return;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#watchers.add(response);
    response.once('close', () => this.#watchers.delete(response));
    response.write(this.#frames());
  }

  #say(text: string): void {
    if (this.isSilent) return;
    for (const watcher of this.#watchers) watcher.write(text);
  }
}
