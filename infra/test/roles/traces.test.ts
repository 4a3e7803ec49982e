import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readConfig, variables } from '@scale-up/config';
import { cannotRender, rendered, type Rendered } from '../support/rendered.ts';

/** Ansible is installed once: half a minute, with a network. */
const timeout = 600_000;

const tracing = { endpoint: 'http://192.0.2.10:4318', ratio: 0.25 };
const headers = 'x-team=halyard';

/** The variables of an environment file by name. */
const environmentOf = (site: Rendered, path: string): Record<string, string> => {
  const files = Object.values(site.files).flat();
  const { text } = files.find((file) => file.path === path) ?? { text: '' };
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  assert.ok(lines.length > 3, `${path} is not there`);
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
};

const tracesOf = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('OTEL_')));

suite('what an inventory says of traces', { skip: cannotRender, timeout }, () => {
  test('is what web and app are started with, and both understand it', async () => {
    const site = await rendered('separate-tiers', { tracing }, { tracing_headers: headers });
    for (const service of ['web', 'app'] as const) {
      const environment = environmentOf(site, `/etc/scale-up/${service}.env`);
      assert.deepEqual(tracesOf(environment), {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://192.0.2.10:4318',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=separate-tiers',
        OTEL_EXPORTER_OTLP_HEADERS: headers,
      });
      const given = Object.entries(environment).filter(([name]) => name in variables && name.startsWith('OTEL_'));
      const config = readConfig('web', Object.fromEntries(given));
      assert.equal(config.OTEL_TRACES_SAMPLER_ARG, 0.25);
    }
    const holding = Object.values(site.files)
      .flat()
      .filter(({ text }) => text.includes(headers));
    assert.deepEqual(
      holding.map(({ path, mode, secret }) => [path, mode, secret]),
      [
        ['/etc/scale-up/web.env', '0600', true],
        ['/etc/scale-up/app.env', '0600', true],
      ],
    );
  });

  test('may be nothing: then no variable of it is there', async () => {
    const site = await rendered('separate-tiers');
    for (const service of ['web', 'app'])
      assert.deepEqual(tracesOf(environmentOf(site, `/etc/scale-up/${service}.env`)), {});
  });
});
