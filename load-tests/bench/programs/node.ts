import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { root } from '@scale-up/infra/local/paths.ts';
import { type Core, type Running, startPinned } from './pinned.ts';

/** A port that is free just now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const start = (
  file: string,
  port: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  core: Core = 'measured',
): Promise<Running> =>
  startPinned(
    core,
    { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', `${root}${file}`, ...args] },
    port,
    { ...process.env, NODE_ENV: 'production', ...env },
  );

/** Somebody else's way to do it. */
export const startPeer = (name: string, port: number, ...args: string[]): Promise<Running> =>
  start(`load-tests/bench/peers/${name}.ts`, port, [String(port), ...args], {});

/** A receiver of traces, on the core of what is not measured. */
export const startSink = (port: number): Promise<Running> =>
  start('load-tests/bench/peers/otlp-sink.ts', port, [String(port)], {}, 'others');

/** web as it is shipped: with its log, its metrics, its request ids. */
export const startWeb = async (
  port: number,
  folder: string,
  upstream: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> =>
  start('apps/web/src/server.ts', port, [], {
    WEB_PORT: String(port),
    WEB_OPS_PORT: String(await freePort()),
    STATIC_DIR: folder,
    APP_URL: `http://127.0.0.1:${upstream}`,
    ...env,
  });

/** app as it is shipped, with a cache of its own. */
export const startApp = async (
  port: number,
  database: string,
  token: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> =>
  start('apps/app/src/server.ts', port, [], {
    APP_PORT: String(port),
    APP_OPS_PORT: String(await freePort()),
    DATABASE_URL: database,
    TOKEN_SECRET: token,
    REDIS_URL: '',
    REDIS_SENTINELS: '',
    ...env,
  });
