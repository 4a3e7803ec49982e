import { fileURLToPath } from 'node:url';
import {
  databaseUrl,
  endpoints,
  integer,
  type Kind,
  networks,
  oneOf,
  ratio,
  secret,
  secretUrl,
  string,
  url,
} from './kinds.ts';
import { clusterMap } from './cluster-map.ts';

export type Service = 'web' | 'app' | 'db-migrator';

export type Variable<Value = unknown> = {
  readonly kind: Kind<Value>;
  /** The services that read it. */
  readonly services: readonly Service[];
  /** As text, parsed like a given value. Absent: required. null: optional, and undefined when not given. */
  readonly default?: string | null;
  /** What it is for, and why the default is what it is. */
  readonly reason: string;
  /** A value for .env.example where there is no default. */
  readonly example?: string;
};

const variable = <Value, const Rest extends Omit<Variable, 'kind'>>(kind: Kind<Value>, rest: Rest) => ({
  kind,
  ...rest,
});

/** Every variable of every service. docs/configuration.md and .env.example are written from it. */
export const variables = {
  LOG_LEVEL: variable(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal'), {
    services: ['web', 'app', 'db-migrator'],
    default: 'info',
    reason: 'The least important level that is logged. At info each request is one line.',
  }),
  RELEASE: variable(string(), {
    services: ['web', 'app', 'db-migrator'],
    default: 'development',
    reason: 'The name of the release, shown in logs, health answers and metrics; a deploy sets it to the git commit.',
  }),
  DRAIN_DELAY_MS: variable(integer(0, 60_000, 'ms'), {
    services: ['web', 'app'],
    default: '600',
    reason:
      'How long a stopping process says "not ready" and still accepts: two intervals of the load balancer’s health check (300 ms each).',
  }),
  DRAIN_LIMIT_MS: variable(integer(1, 600_000, 'ms'), {
    services: ['web', 'app'],
    default: '30000',
    reason: 'How long requests in flight may take to finish once accepting has stopped; past it the exit code is 1.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(url('http', 'https'), {
    services: ['web', 'app'],
    default: null,
    example: 'http://127.0.0.1:4318',
    reason:
      'Where traces are sent (OTLP). Unset, and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT too: nowhere, and nothing of it is loaded. All other OTEL_* variables of the specification count as well, see docs/operations.md.',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: variable(url('http', 'https'), {
    services: ['web', 'app'],
    default: null,
    example: 'http://127.0.0.1:4318/v1/traces',
    reason: 'The same as a whole address, path included, where traces go elsewhere than the rest.',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: variable(oneOf('http/protobuf', 'http/json', 'grpc'), {
    services: ['web', 'app'],
    default: 'http/protobuf',
    reason: 'How they are sent, as the specification has it: http/protobuf costs least.',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: variable(oneOf('http/protobuf', 'http/json', 'grpc'), {
    services: ['web', 'app'],
    default: null,
    example: 'grpc',
    reason: 'The same, where traces are sent otherwise than the rest.',
  }),
  OTEL_TRACES_SAMPLER: variable(
    oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    {
      services: ['web', 'app'],
      default: 'parentbased_always_on',
      reason: 'Which requests are recorded, as the specification has it. parentbased: app records what web records.',
    },
  ),
  OTEL_TRACES_SAMPLER_ARG: variable(ratio(), {
    services: ['web', 'app'],
    default: '1',
    reason: 'The part of them that a traceidratio records: 0.1 is one in ten.',
  }),
  WEB_HOST: variable(string(), {
    services: ['web'],
    default: '127.0.0.1',
    reason: 'The address web listens on. Loopback, so that nothing is exposed by accident.',
  }),
  WEB_PORT: variable(integer(0, 65_535), {
    services: ['web'],
    default: '8080',
    reason: 'The port web listens on; 0 takes a free one and logs it.',
  }),
  WEB_OPS_HOST: variable(string(), {
    services: ['web'],
    default: '127.0.0.1',
    reason: 'The address of web’s ops port: health and metrics, never published by a load balancer.',
  }),
  WEB_OPS_PORT: variable(integer(0, 65_535), {
    services: ['web'],
    default: '8180',
    reason: 'web’s ops port: /livez, /readyz, /metrics.',
  }),
  APP_URL: variable(url('http'), {
    services: ['web'],
    default: 'http://127.0.0.1:8090',
    reason: 'Where web forwards /api to: the app itself in development, the router on the same server in production.',
  }),
  STATIC_DIR: variable(string(), {
    services: ['web'],
    default: fileURLToPath(new URL('../../../apps/site/dist', import.meta.url)),
    reason: 'The folder of static files that web serves; the build of apps/site.',
  }),
  OTHER_ASSETS_DIR: variable(string(), {
    services: ['web'],
    default: null,
    example: '/var/lib/scale-up/assets',
    reason:
      'A folder with one folder a release, of the hashed files of its site. During a deploy a page of one release asks an instance of another for them. It may be absent, and grow.',
  }),
  OWN_ROUTER: variable(endpoints(), {
    services: ['web', 'app'],
    default: null,
    example: '127.0.0.1:8081',
    reason:
      'The router on this server, through which everything behind is reached. Where it refuses connections, nobody is held here for what an instance on another server can do at once. Unset: whoever is away is waited for.',
  }),
  TRUSTED_PROXIES: variable(networks(), {
    services: ['web', 'app'],
    default: null,
    example: '10.0.0.0/24',
    reason:
      'Addresses of the previous tier, the only ones whose X-Request-Id, traceparent and X-Forwarded-* are believed. Unset: nobody’s.',
  }),
  APP_HOST: variable(string(), {
    services: ['app'],
    default: '127.0.0.1',
    reason: 'The address app listens on. Loopback, so that nothing is exposed by accident.',
  }),
  APP_PORT: variable(integer(0, 65_535), {
    services: ['app'],
    default: '8090',
    reason: 'The port app listens on; 0 takes a free one and logs it.',
  }),
  APP_OPS_HOST: variable(string(), {
    services: ['app'],
    default: '127.0.0.1',
    reason: 'The address of app’s ops port: health and metrics, never published by a load balancer.',
  }),
  APP_OPS_PORT: variable(integer(0, 65_535), {
    services: ['app'],
    default: '8190',
    reason: 'app’s ops port: /livez, /readyz, /metrics.',
  }),
  DATABASE_URL: variable(databaseUrl(), {
    services: ['app'],
    example: 'postgres://scale_up_app:password@127.0.0.1:5432/scale_up',
    reason:
      'The database, as the role that may read and write rows and nothing else. TLS by ?sslmode=verify-full&sslrootcert=/path/ca.pem, checked against the host’s name or address.',
  }),
  DATABASE_REPLICAS_URL: variable(databaseUrl(), {
    services: ['app'],
    default: null,
    example: 'postgres://scale_up_app:password@127.0.0.1:5433/scale_up',
    reason:
      'Its standbys, as the same role. While the primary is away, readers who are not logged in get from there what no cache has. Unset: they wait.',
  }),
  DATABASE_QUORUM_URL: variable(url('http'), {
    services: ['app'],
    default: null,
    example: 'http://127.0.0.1:8404/quorum',
    reason:
      'Asked while there is no primary: 503 means that too few members are left for a fail-over, so nobody is held for one. Unset: there is always hope.',
  }),
  DATABASE_POOL_SIZE: variable(integer(1, 500), {
    services: ['app'],
    default: '10',
    reason:
      'Connections of one app process. Ten keep two database cores busy; instances × this must stay below max_connections (100).',
  }),
  HOLD_LIMIT_MS: variable(integer(0, 30_000, 'ms'), {
    services: ['app'],
    default: '30000',
    reason:
      'How long a request waits for a database that is away: longer than any fail-over (25 s), shorter than web waits for app (35 s). 0: not at all.',
  }),
  HELD_REQUESTS_MAX: variable(integer(0, 100_000), {
    services: ['app'],
    default: '2000',
    reason:
      'Requests of one app process that may wait at once; what is beyond is 503 at once. Each takes some 25 kB, so 2,000 stay below 100 MB.',
  }),
  MIGRATION_DATABASE_URL: variable(databaseUrl(), {
    services: ['db-migrator'],
    example: 'postgres://scale_up_owner:password@127.0.0.1:5432/scale_up',
    reason: 'The database, as the role that owns the schema. Only db-migrator knows it. TLS as in DATABASE_URL.',
  }),
  DEMO_PASSWORD: variable(secret(8), {
    services: ['db-migrator'],
    default: null,
    example: 'a password for the demo accounts',
    reason: 'The password that `db-migrator seed` gives the demo accounts. Required by seed, used by nothing else.',
  }),
  REDIS_URL: variable(secretUrl('redis', 'rediss'), {
    services: ['app'],
    default: null,
    example: 'redis://127.0.0.1:6379',
    reason:
      'Valkey or Redis, where app instances share counters and cached answers. Unset: each instance counts and caches for itself.',
  }),
  REDIS_SENTINELS: variable(endpoints(), {
    services: ['app'],
    default: null,
    example: '10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379',
    reason:
      'The Sentinels that know which of several servers is primary, in the place of REDIS_URL; their name for it is scale-up.',
  }),
  REDIS_PASSWORD: variable(secret(8), {
    services: ['app'],
    default: null,
    example: 'the password of the cache',
    reason:
      'The password of the default user on servers and Sentinels. With REDIS_SENTINELS only: REDIS_URL holds its own.',
  }),
  CLUSTER_MAP: variable(clusterMap(), {
    services: ['app'],
    default: null,
    example:
      'vip=10.0.0.100,s1/balancer=10.0.0.1:8404,s1/web-1=10.0.0.1:8180,s1/app-1=10.0.0.1:8190,s1/cache=10.0.0.1:6379',
    reason:
      'What the page /cluster shows: every part of the site with the port where it is asked how it is. balancer and router are HAProxy’s figures, web and app ops ports, database Patroni (with the authority of DATABASE_URL’s sslrootcert), etcd its port for /health, cache Valkey (REDIS_PASSWORD). Unset: this process, its database and its cache.',
  }),
  TOKEN_SECRET: variable(secret(32), {
    services: ['app'],
    example: 'write 32 or more random characters here',
    reason: 'Signs the tokens (HMAC-SHA-256, so 32 bytes or more: RFC 7518 3.2). A new value ends every session.',
  }),
  TOKEN_LIFETIME_HOURS: variable(integer(1, 8_760, 'hours'), {
    services: ['app'],
    default: '720',
    reason: 'How long a token is valid: thirty days, so that a reader who comes back monthly stays logged in.',
  }),
  LOGIN_LIMIT_PER_MINUTE: variable(integer(1, 1_000_000), {
    services: ['app'],
    default: '20',
    reason:
      'Logins a minute from one client address, right or wrong; ten wrong ones per account lock it for a minute as well.',
  }),
  REGISTRATION_LIMIT_PER_HOUR: variable(integer(1, 1_000_000), {
    services: ['app'],
    default: '60',
    reason:
      'Registrations an hour from one client address: enough for an office behind one address, too few to fill the table.',
  }),
} as const;

export type Variables = typeof variables;

/** Variables that exclude each other: who gives both may mean either. */
export const exclusions: readonly (readonly [keyof Variables, keyof Variables, string])[] = [
  ['REDIS_URL', 'REDIS_SENTINELS', 'a single server has an address, several have Sentinels'],
  ['REDIS_URL', 'REDIS_PASSWORD', 'the password for REDIS_URL stands in it'],
];
