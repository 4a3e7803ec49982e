import { existsSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCache, startDatabase } from './backends.ts';
import { endLeftOvers } from './left-over.ts';
import { isAbort, messageOf } from './message.ts';
import { runMigrator } from './migrate.ts';
import { localFolder, root } from './paths.ts';
import { findPort, holderOf, wantedPort } from './ports.ts';
import { runningProcesses } from './running.ts';
import { localSecrets } from './secrets.ts';
import { startWatchedService } from './service-process.ts';
import { buildSite, rebuildSiteOnChange } from './site-build.ts';
import { bold, dim, print, step } from './terminal.ts';

const usage = `usage: npm start
Brings up PostgreSQL, Valkey (where installed), the schema with demo content, app and web, and stops all of it on Ctrl-C.
  DATABASE_URL  a PostgreSQL of your own instead of the embedded one
  REDIS_URL     a Valkey or Redis of your own
  WEB_PORT      where the site is served (8080; the next free port when it is taken)
Data and secrets are kept in .local/; delete it to start afresh.`;

const recordFile = `${localFolder}processes.json`;
const running = runningProcesses(recordFile, (name) => {
  void stop(1, `${name} ended unexpectedly; everything is being stopped.`);
});

/** What the services listen on, if it is free. */
const wantedPorts = () => ({
  app: wantedPort('APP_PORT', 8090),
  appOps: wantedPort('APP_OPS_PORT', 8190),
  web: wantedPort('WEB_PORT', 8080),
  webOps: wantedPort('WEB_OPS_PORT', 8180),
});

const freePort = async (wanted: number, taken: Set<number>): Promise<string> => {
  const found = await findPort(wanted, taken, (busy) => {
    print(`  – port ${busy} is in use by ${holderOf(busy)}, trying the next one`);
  });
  return String(found);
};

const serve = async (signal: AbortSignal): Promise<void> => {
  const start = performance.now();
  mkdirSync(localFolder, { recursive: true });
  print(bold('Scale Up is starting'));
  const left = await endLeftOvers(recordFile);
  if (left.length > 0) print(`  – ended what an earlier run left behind: ${left.join(', ')}`);
  running.remember('supervisor', process.pid);

  const wanted = wantedPorts();
  const secrets = localSecrets();
  const ports = new Set<number>();
  siteBuilt = buildSite(signal);
  siteBuilt.catch(() => {});
  const urls = await startDatabase(secrets, ports, running.add, signal);
  const redis = await startCache(ports, running.add, signal);
  const migrator = { MIGRATION_DATABASE_URL: urls.owner, DEMO_PASSWORD: secrets.demo };
  await step('schema', async () => ({
    result: null,
    shown: (await runMigrator('up', migrator, signal)).replaceAll('\n', ', '),
  }));
  await step('demo', async () => ({ result: null, shown: await runMigrator('seed', migrator, signal) }));
  await step('site', async () => ({ result: await siteBuilt, shown: 'apps/site/dist' }));
  const webPort = await startServices({ database: urls.app, redis, token: secrets.token }, wanted, ports, signal);
  rebuildSiteOnChange(print, signal);

  const address = `http://localhost:${webPort}`;
  const { username, host, pathname } = new URL(urls.app);
  print(`\n  ${bold(address)}   ready in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  print(`  log in as reader@example.com or admin@example.com, password ${bold(secrets.demo)}`);
  print(dim(`  API ${address}/api/docs · database ${username}@${host}${pathname} · Ctrl-C stops everything\n`));
};

/** Starts app, then web, and gives the port of web. */
const startServices = async (
  { database, redis, token }: { database: string; redis: string | undefined; token: string },
  wanted: ReturnType<typeof wantedPorts>,
  taken: Set<number>,
  signal: AbortSignal,
): Promise<string> => {
  const appPort = await freePort(wanted.app, taken);
  const webPort = await freePort(wanted.web, taken);
  const appOps = await freePort(wanted.appOps, taken);
  const webOps = await freePort(wanted.webOps, taken);
  const app = {
    DRAIN_DELAY_MS: '0',
    TRUSTED_PROXIES: '127.0.0.1,::1',
    DATABASE_URL: database,
    TOKEN_SECRET: token,
    APP_PORT: appPort,
    APP_OPS_PORT: appOps,
    CLUSTER_MAP: `localhost/web=127.0.0.1:${webOps},localhost/app=127.0.0.1:${appOps}`,
    ...(redis ? { REDIS_URL: redis } : {}),
  };
  const web = {
    DRAIN_DELAY_MS: '0',
    TRUSTED_PROXIES: '',
    WEB_PORT: webPort,
    WEB_OPS_PORT: webOps,
    APP_URL: `http://127.0.0.1:${appPort}`,
  };
  for (const [name, env, at] of [
    ['app', app, appPort],
    ['web', web, webPort],
  ] as const) {
    await step(name, async () => {
      signal.throwIfAborted();
      const service = startWatchedService(name, env, print);
      running.add(name, service);
      await Promise.race([service.ready, aborted(signal)]);
      return { result: null, shown: `127.0.0.1:${at}` };
    });
  }
  return webPort;
};

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const starting = new AbortController();
let served = Promise.resolve();
let siteBuilt: Promise<unknown> = Promise.resolve();
let stoppingSince: number | undefined;

/** Ends what is being started, then what has been, and this process. */
const stop = async (code: number, reason: string): Promise<void> => {
  if (stoppingSince !== undefined) return;
  stoppingSince = performance.now();
  print(`\n${reason}`);
  try {
    starting.abort();
    await Promise.allSettled([served, siteBuilt]);
    await running.stop();
  } finally {
    process.exit(code);
  }
};

/** One Ctrl-C may arrive twice, from the terminal and from npm; one that comes later means that somebody has waited enough. */
const patience = 1_000;

const onSignal = (): void => {
  if (stoppingSince === undefined) {
    void stop(0, 'Stopping.');
  } else if (performance.now() - stoppingSince > patience) {
    print('Ending everything at once.');
    running.kill();
  }
};

const dieWithParent = (): void => {
  const parent = process.ppid;
  // kill -9 of whoever started this sends no signal here.
  setInterval(() => process.ppid !== parent && void stop(1, 'The parent process is gone; stopping.'), 500).unref();
};

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  print(usage);
} else if (!existsSync(`${root}node_modules`)) {
  print('Dependencies are missing: run npm start.');
  process.exitCode = 1;
} else {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  process.on('uncaughtException', (error) => void stop(1, messageOf(error)));
  dieWithParent();
  served = serve(starting.signal).catch(async (error: unknown) => {
    if (isAbort(error)) return;
    // Ctrl-C reaches the program that is being started as well, and its end may be seen here before the signal is.
    await sleep(100);
    void stop(1, messageOf(error));
  });
}
