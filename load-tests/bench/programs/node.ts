import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Tier } from '@scale-up/infra/images/services.ts';
import { stageSources } from '@scale-up/infra/images/staging.ts';
import { launch } from '@scale-up/infra/local/launch.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { type Core, startPinned } from './pinned.ts';
import type { Running } from './running.ts';

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
  core: Core,
  /** From the repository's folder. */
  file: string,
  port: number,
  args: { readonly node?: readonly string[]; readonly program?: readonly string[] },
  env: NodeJS.ProcessEnv,
): Promise<Running> =>
  startPinned(
    core,
    {
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', ...(args.node ?? []), `${root}${file}`, ...(args.program ?? [])],
    },
    port,
    { ...process.env, NODE_ENV: 'production', ...env },
  );

/** Somebody else's way to do it. */
export const startPeer = (name: string, port: number, ...args: string[]): Promise<Running> =>
  start('measured', `load-tests/bench/peers/${name}.ts`, port, { program: [String(port), ...args] }, {});

/** Something that both need, on the other core. */
export const startBehind = (name: string, port: number, ...args: string[]): Promise<Running> =>
  start('others', `load-tests/bench/peers/${name}.ts`, port, { program: [String(port), ...args] }, {});

/** Folders, from the repository's, with the sources of a service as its image has them; made once. */
const staged = new Map<Tier, string>();

const service = async (core: Core, name: Tier, port: number, ops: number, env: NodeJS.ProcessEnv): Promise<Running> => {
  const folder = staged.get(name) ?? `.local/bench/${name}/`;
  if (!staged.has(name)) stageSources(name, `${root}${folder}`);
  staged.set(name, folder);
  const file = `${folder}apps/${name}/src/server.js`;
  const running = await start(core, file, port, { node: launch.args }, { ...launch.env, ...env });
  return { ...running, metrics: `http://127.0.0.1:${ops}/metrics` };
};

export type WebOptions = {
  readonly port: number;
  readonly ops?: number;
  /** The folder of its files. */
  readonly files: string;
  /** The port of what is behind it. */
  readonly upstream: number;
  readonly core?: Core;
  readonly env?: NodeJS.ProcessEnv;
};

/** web as it is shipped: with its log, its metrics, its request ids. */
export const startWeb = async ({
  port,
  ops,
  files,
  upstream,
  core = 'measured',
  env = {},
}: WebOptions): Promise<Running> => {
  const opsPort = ops ?? (await freePort());
  return service(core, 'web', port, opsPort, {
    WEB_PORT: String(port),
    WEB_OPS_PORT: String(opsPort),
    STATIC_DIR: files,
    APP_URL: `http://127.0.0.1:${upstream}`,
    ...env,
  });
};

export type AppOptions = {
  readonly port: number;
  readonly ops?: number;
  /** The address of its database. */
  readonly database: string;
  /** What signs its tokens. */
  readonly token: string;
  readonly core?: Core;
  readonly env?: NodeJS.ProcessEnv;
};

/** app as it is shipped, with a cache of its own. */
export const startApp = async ({
  port,
  ops,
  database,
  token,
  core = 'measured',
  env = {},
}: AppOptions): Promise<Running> => {
  const opsPort = ops ?? (await freePort());
  return service(core, 'app', port, opsPort, {
    APP_PORT: String(port),
    APP_OPS_PORT: String(opsPort),
    DATABASE_URL: database,
    TOKEN_SECRET: token,
    REDIS_URL: '',
    REDIS_SENTINELS: '',
    ...env,
  });
};
