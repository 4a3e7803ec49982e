import { Gauge, Histogram, Registry } from 'prom-client';
import { type Health, phases } from './health.ts';
import { measureRuntime } from './runtime-metrics.ts';

export { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * The metrics of a process: event loop, heap and descriptors, release, and what modules add.
 * @param service its name, a label of every series
 * @param release its release, in `service_info`
 */
export const createMetrics = (service: string, release: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  measureRuntime(registry);
  new Gauge({
    name: 'service_info',
    help: 'Always 1; the labels say which release runs on which Node.',
    labelNames: ['release', 'node'],
    registers: [registry],
  }).set({ release, node: process.version }, 1);
  return registry;
};

/** Says whether the process starts, wants requests, or drains. */
export const measurePhase = (health: Health, registry: Registry): void => {
  new Gauge({
    name: 'service_phase',
    help: '1 for what the process does: it starts, is ready, or drains.',
    labelNames: ['phase'],
    registers: [registry],
    collect() {
      for (const phase of phases) this.set({ phase }, Number(health.phase === phase));
    },
  });
};

/** Counts and times requests by method, route and status, named after the semantic conventions of OpenTelemetry. */
export const createRequestDurations = (
  registry: Registry,
): ((method: string, route: string, status: number, milliseconds: number) => void) => {
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from the request’s headers to the end of its answer.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    // A held request may take 30 s; half of all answers take less than 5 ms.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 35],
    registers: [registry],
  });
  // Looking a series up by its labels takes three times as long as by one string.
  const series = new Map<string, Histogram.Internal<string>>();
  return (method, route, status, milliseconds) => {
    const key = `${method} ${status} ${route}`;
    let one = series.get(key);
    if (!one) {
      one = duration.labels(method, route, String(status));
      series.set(key, one);
    }
    one.observe(milliseconds / 1000);
  };
};
