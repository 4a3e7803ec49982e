import { existsSync, mkdirSync } from 'node:fs';
import { startCache, startDatabase } from './backends.ts';
import { endLeftOvers, rememberProcesses } from './left-over.ts';
import { runMigrator } from './migrate.ts';
import { localFolder, root } from './paths.ts';
import { findPort, holderOf } from './ports.ts';
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

type Stoppable = { readonly name: string; readonly stop: () => Promise<void> };

const recordFile = `${localFolder}processes.json`;
const running: Stoppable[] = [];
const remembered = rememberProcesses(recordFile);
let stopping = false;

const started = (name: string, child: { pid: number; stop: () => Promise<void>; exited: Promise<unknown> }): void => {
  running.push({ name, stop: child.stop });
  remembered.add(name, child.pid);
  void child.exited.then(() =>
    stopping ? undefined : stop(1, `${name} ended unexpectedly; everything is being stopped.`),
  );
};

/** Ends everything in the reverse order of its start: nothing loses what it depends on before it has finished. */
const stop = async (code: number, reason: string): Promise<void> => {
  if (stopping) return;
  stopping = true;
  print(`\n${reason}`);
  while (running.length > 0) await running.pop()?.stop();
  remembered.clear();
  process.exit(code);
};

const port = async (variable: string, wanted: number, taken: Set<number>): Promise<string> => {
  const from = Number(process.env[variable] || wanted);
  const found = await findPort(from, taken, (busy) => {
    print(`  – port ${busy} is in use by ${holderOf(busy)}, trying the next one`);
  });
  return String(found);
};

const serve = async (): Promise<void> => {
  const start = performance.now();
  mkdirSync(localFolder, { recursive: true });
  print(bold('Scale Up is starting'));
  const left = await endLeftOvers(recordFile);
  if (left.length > 0) print(`  – ended what an earlier run left behind: ${left.join(', ')}`);
  remembered.add('supervisor', process.pid);

  const secrets = localSecrets();
  const ports = new Set<number>();
  const siteBuilt = buildSite();
  siteBuilt.catch(() => {});
  const urls = await startDatabase(secrets, ports, started);
  const redis = await startCache(ports, started);

  const migrator = { MIGRATION_DATABASE_URL: urls.owner, DEMO_PASSWORD: secrets.demo };
  await step('schema', async () => ({
    result: null,
    shown: (await runMigrator('up', migrator)).replaceAll('\n', ', '),
  }));
  await step('demo', async () => ({ result: null, shown: await runMigrator('seed', migrator) }));
  await step('site', async () => ({ result: await siteBuilt, shown: 'apps/site/dist' }));

  const appPort = await port('APP_PORT', 8090, ports);
  const webPort = await port('WEB_PORT', 8080, ports);
  const common = { DRAIN_DELAY_MS: '0', TRUSTED_PROXIES: '127.0.0.1,::1' };
  const app = {
    ...common,
    DATABASE_URL: urls.app,
    TOKEN_SECRET: secrets.token,
    APP_PORT: appPort,
    APP_OPS_PORT: await port('APP_OPS_PORT', 8190, ports),
    ...(redis ? { REDIS_URL: redis } : {}),
  };
  const web = {
    ...common,
    TRUSTED_PROXIES: '',
    WEB_PORT: webPort,
    WEB_OPS_PORT: await port('WEB_OPS_PORT', 8180, ports),
    APP_URL: `http://127.0.0.1:${appPort}`,
  };
  for (const [name, env] of [
    ['app', app],
    ['web', web],
  ] as const) {
    await step(name, async () => {
      const service = startWatchedService(name, env, print);
      started(name, service);
      await service.ready;
      return { result: null, shown: `127.0.0.1:${name === 'app' ? appPort : webPort}` };
    });
  }
  rebuildSiteOnChange(print);

  const address = `http://localhost:${webPort}`;
  print(`\n  ${bold(address)}   ready in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  print(`  log in as reader@example.com or admin@example.com, password ${bold(secrets.demo)}`);
  print(dim(`  API ${address}/api/docs · database ${urls.app.replace(/:[^:@]+@/, ':…@')} · Ctrl-C stops everything\n`));
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
  process.on('SIGINT', () => void stop(0, 'Stopping.'));
  process.on('SIGTERM', () => void stop(0, 'Stopping.'));
  dieWithParent();
  try {
    await serve();
  } catch (error) {
    await stop(1, error instanceof Error ? error.message : String(error));
  }
}
