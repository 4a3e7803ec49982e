import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { configurationPage, exampleFile } from '../src/documentation.ts';
import { ConfigurationError, readConfig, Secret } from '../src/index.ts';

const complete = { DATABASE_URL: 'postgres://u:hunter22@127.0.0.1/db', TOKEN_SECRET: 'x'.repeat(32) };

const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig('app', env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
};

test('a complete environment gives typed values and the documented defaults', () => {
  const config = readConfig('app', { ...complete, APP_PORT: '9000' });
  assert.equal(config.APP_PORT, 9000);
  assert.equal(config.DATABASE_POOL_SIZE, 10);
  assert.equal(config.REDIS_URL, undefined);
  assert.equal(config.DATABASE_URL.reveal(), complete.DATABASE_URL);
  assert.ok(Object.isFrozen(config));
});

test('a service does not see the variables of another', () => {
  assert.ok(!('TOKEN_SECRET' in readConfig('web', complete)));
});

test('every fault is named at once, with the value seen and what would be right', () => {
  const faults = faultsOf({
    APP_PORT: '80a',
    LOG_LEVEL: 'loud',
    TOKEN_SECRET: 'short-and-private',
    TRUSTED_PROXIES: '10.0.0.0/40',
  });
  assert.equal(faults.length, 5);
  const text = faults.join('\n');
  assert.match(text, /APP_PORT must be a whole number from 0 to 65535, not "80a"/);
  assert.match(text, /LOG_LEVEL must be one of trace, .*, not "loud"/);
  assert.match(text, /DATABASE_URL is missing: /);
  assert.match(text, /TRUSTED_PROXIES must be networks with a prefix length of 0 to 32/);
  assert.match(text, /TOKEN_SECRET must be at least 32 characters long \(17 given\)/);
});

test('no fault shows the value of a secret', () => {
  const faults = faultsOf({ DATABASE_URL: 'mysql://u:hunter22@h/db', TOKEN_SECRET: 'short-and-private' }).join('\n');
  assert.doesNotMatch(faults, /hunter22|short-and-private/);
});

test('the map of the site is parts with their places; what is none, or is there twice, is named', () => {
  const read = (text: string) => readConfig('app', { ...complete, CLUSTER_MAP: text }).CLUSTER_MAP;
  assert.deepEqual(read('vip=10.0.0.100, lb-1/balancer=10.0.0.1:8404,s2/web-12=[::1]:8180'), {
    vip: '10.0.0.100',
    parts: [
      { id: 'lb-1/balancer', server: 'lb-1', kind: 'balancer', number: 1, host: '10.0.0.1', port: 8_404 },
      { id: 's2/web-12', server: 's2', kind: 'web', number: 12, host: '::1', port: 8_180 },
    ],
  });
  assert.equal(read('s1/etcd=10.0.0.1:2381')?.vip, undefined);
  for (const wrong of [
    's1/web',
    's1/mail=10.0.0.1:25',
    's1/web-0=10.0.0.1:1',
    'web-1=10.0.0.1:1',
    'vip=10.0.0.1',
    'vip=s1,s1/web=a:1',
  ])
    assert.throws(() => read(wrong), /CLUSTER_MAP must be parts such as s1\/web-1=10\.0\.0\.1:8180/, wrong);
  assert.throws(() => read('s1/web-1=a:1,s1/web-1=b:2'), /s1\/web-1 is there twice/);
});

test('Sentinels are hosts with ports, in order; anything else is refused', () => {
  const read = (text: string) => readConfig('app', { ...complete, REDIS_SENTINELS: text }).REDIS_SENTINELS;
  assert.deepEqual(read('10.0.0.1:26379, cache-2.internal:1,[::1]:65535'), [
    { host: '10.0.0.1', port: 26_379 },
    { host: 'cache-2.internal', port: 1 },
    { host: '::1', port: 65_535 },
  ]);
  for (const wrong of ['10.0.0.1', '10.0.0.1:0', 'a:65536', 'a:1,', 'redis://a:1', '::1:1', '[a]:1']) {
    assert.match(
      faultsOf({ ...complete, REDIS_SENTINELS: wrong }).join(),
      /REDIS_SENTINELS must be servers such as/,
      wrong,
    );
  }
});

test('one cache server and Sentinels at once are a fault, and so is a second password', () => {
  const faults = faultsOf({
    ...complete,
    REDIS_URL: 'redis://:hunter22@a',
    REDIS_SENTINELS: 'a:1',
    REDIS_PASSWORD: 'hunter23',
  });
  assert.deepEqual(faults, [
    'REDIS_URL and REDIS_SENTINELS exclude each other: a single server has an address, several have Sentinels',
    'REDIS_URL and REDIS_PASSWORD exclude each other: the password for REDIS_URL stands in it',
  ]);
  assert.deepEqual(faultsOf({ ...complete, REDIS_SENTINELS: 'a:1', REDIS_PASSWORD: 'hunter23' }), []);
});

test('the certificates that a database URL names must be there, and the fault shows no password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-config-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  const env = { ...complete, DATABASE_URL: `${complete.DATABASE_URL}?sslmode=verify-full&sslrootcert=${file}` };
  assert.match(
    faultsOf(env).join(),
    /^DATABASE_URL must be a URL whose sslrootcert .*ca\.pem cannot be read \(ENOENT\)$/,
  );
  writeFileSync(file, 'nothing');
  assert.match(faultsOf(env).join(), /ca\.pem holds none$/);
  assert.doesNotMatch(faultsOf(env).join(), /hunter22/);
  writeFileSync(file, '-----BEGIN CERTIFICATE-----\n');
  assert.equal(readConfig('app', env).DATABASE_URL.reveal(), env.DATABASE_URL);
});

test('where traces go and how many is checked, since whoever sends them would go on with defaults', () => {
  const given = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.org', OTEL_TRACES_SAMPLER: 'traceidratio' };
  const config = readConfig('web', { ...given, OTEL_TRACES_SAMPLER_ARG: '.25' });
  assert.deepEqual(
    [config.OTEL_EXPORTER_OTLP_ENDPOINT, config.OTEL_TRACES_SAMPLER_ARG],
    [given.OTEL_EXPORTER_OTLP_ENDPOINT, 0.25],
  );
  assert.equal(readConfig('web', {}).OTEL_EXPORTER_OTLP_ENDPOINT, undefined);
  const wrong = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'otel.example.org:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '10%',
  };
  assert.deepEqual(
    faultsOf({ ...complete, ...wrong }).map((fault) => fault.slice(0, fault.indexOf(' must'))),
    Object.keys(wrong),
  );
});

test('an empty value counts as not given', () => {
  assert.equal(readConfig('app', { ...complete, APP_PORT: '' }).APP_PORT, 8090);
  assert.match(faultsOf({ ...complete, TOKEN_SECRET: '' }).join(), /TOKEN_SECRET is missing/);
});

test('a secret shows itself in no string, JSON or inspection', () => {
  const value = new Secret('hunter22');
  assert.doesNotMatch(`${String(value)} ${JSON.stringify({ value })} ${inspect({ value })}`, /hunter22/);
});

test('docs/configuration.md and .env.example are what the schema says', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  assert.equal(read('docs/configuration.md'), configurationPage(), 'run: npx nx write-docs config');
  assert.equal(read('.env.example'), exampleFile(), 'run: npx nx write-docs config');
});
