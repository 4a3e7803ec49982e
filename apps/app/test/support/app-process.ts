import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findPort } from '@scale-up/infra/local/ports.ts';
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

const taken = new Set<number>();

/** A port that nobody listens on, below those that the system hands out to whoever connects to something. */
export const freePort = (): Promise<number> => findPort(22_000 + (process.pid % 1_000) * 10, taken);

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
