import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnService, testCluster } from '@scale-up/testing';

export const entry = fileURLToPath(new URL('../../src/server.ts', import.meta.url));
const migrator = fileURLToPath(new URL('../../../db-migrator/src/main.ts', import.meta.url));

/** What app needs beside an address of the database. */
export const appEnv = (databaseUrl: string): NodeJS.ProcessEnv => ({
  APP_PORT: '0',
  APP_OPS_PORT: '0',
  DATABASE_URL: databaseUrl,
  REDIS_URL: '',
  REDIS_SENTINELS: '',
  TOKEN_SECRET: testCluster().secrets.token,
  DRAIN_DELAY_MS: '0',
});

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

/** Brings the schema of a database to the newest version. */
export const migrate = async (ownerUrl: string): Promise<void> => {
  const run = spawnService({ entry: 'up', args: [migrator], env: { MIGRATION_DATABASE_URL: ownerUrl } });
  const { code } = await run.exited;
  if (code !== 0) throw new Error(`${run.stderr()}${JSON.stringify(run.logs())}`);
};

/** Waits until a condition holds; fails after some seconds. */
export const within = async (seconds: number, what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + seconds * 1_000;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`${what} did not come true within ${seconds} s`);
    await sleep(20);
  }
};
