import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
};

const readiness = async (health: Health, isVerbose: boolean): Promise<[number, object]> => {
  const isCutOff = await health.isCutOff();
  const status = isCutOff ? 500 : health.phase === 'ready' ? 200 : 503;
  const body = { status: isCutOff ? 'cut off' : health.phase };
  return [status, isVerbose ? { ...body, dependencies: await health.dependencies() } : body];
};

/** What a service answers there beside, by path: JSON that other processes of the site ask for. */
export type MoreAnswers = Readonly<Record<string, (url: URL) => object>>;

/**
 * The server of the ops port, which no load balancer publishes.
 * All name the release. `/livez` the process answers · `/readyz` it wants requests (503 when not, 500 when even those that it has are better done elsewhere;
 * `?verbose` adds dependencies) · `/metrics` Prometheus.
 */
export const createOpsServer = (health: Health, registry: Registry, release: string, more: MoreAnswers = {}): Server =>
  createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://ops');
    switch (url?.pathname) {
      case '/livez':
        return json(response, 200, { status: 'alive', release });
      case '/readyz':
        readiness(health, url.searchParams.has('verbose')).then(
          ([status, body]) => json(response, status, { ...body, release }),
          (error: unknown) => json(response, 500, { status: health.phase, release, error: String(error) }),
        );
        return;
      case '/metrics':
        registry.metrics().then(
          (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
          (error: unknown) => json(response, 500, { error: String(error) }),
        );
        return;
      default: {
        const answer = url && Object.hasOwn(more, url.pathname) ? more[url.pathname] : undefined;
        if (url && answer) return json(response, 200, answer(url));
        return json(response, 404, { error: 'the ops port has /livez, /readyz and /metrics' });
      }
    }
  });
