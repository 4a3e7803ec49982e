import {
  detectResources,
  envDetector,
  hostDetector,
  processDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { Attributes } from './span.ts';

/** Of what a process says where it comes from: a list of its arguments is nobody's business. */
const isSaid = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/**
 * Where spans come from: the service with its release, its host and process, and what `OTEL_SERVICE_NAME` and
 * `OTEL_RESOURCE_ATTRIBUTES` say, which win.
 */
export const describeProcess = async (service: {
  readonly name: string;
  readonly release: string;
}): Promise<Attributes> => {
  const own = resourceFromAttributes({
    'service.name': service.name,
    'service.version': service.release,
    'telemetry.sdk.name': '@scale-up/tracing',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': service.release,
  });
  const found = own.merge(detectResources({ detectors: [processDetector, hostDetector, envDetector] }));
  await found.waitForAsyncAttributes?.();
  return Object.fromEntries(Object.entries(found.attributes).filter(([, value]) => isSaid(value))) as Attributes;
};
