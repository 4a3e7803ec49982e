import { basename } from 'node:path';
import { createRoles, type DatabaseUrls } from './database-roles.ts';
import { localFolder } from './paths.ts';
import { findPort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { findRedisProgram, startRedis } from './redis.ts';
import type { Secrets } from './secrets.ts';
import { print, step } from './terminal.ts';

/** What is told of each process that was started here. */
export type OnStarted = (
  name: string,
  process: { pid: number; stop: () => Promise<void>; exited: Promise<unknown> },
) => void;

/** The database that DATABASE_URL names, or an embedded PostgreSQL whose data stays in .local/. */
export const startDatabase = (secrets: Secrets, ports: Set<number>, onStarted: OnStarted): Promise<DatabaseUrls> =>
  step('PostgreSQL', async () => {
    const own = process.env.DATABASE_URL;
    if (own) {
      const { host, pathname } = new URL(own);
      return { result: { owner: own, app: own }, shown: `${host}${pathname}, as DATABASE_URL says` };
    }
    const port = await findPort(15_432, ports);
    const postgres = await startPostgres({ folder: `${localFolder}postgres`, port, password: secrets.postgres });
    onStarted('PostgreSQL', postgres);
    return { result: await createRoles(postgres, secrets), shown: `127.0.0.1:${port}, data in .local/postgres` };
  });

/** The Valkey or Redis that REDIS_URL names, or an installed one, or none. */
export const startCache = async (ports: Set<number>, onStarted: OnStarted): Promise<string | undefined> => {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  const program = findRedisProgram();
  if (!program) {
    print('  – Valkey       not installed (valkey-server or redis-server): the site works, counters are not shared');
    return undefined;
  }
  return step('Valkey', async () => {
    const redis = await startRedis(program, `${localFolder}redis`, await findPort(16_379, ports));
    onStarted('Valkey', redis);
    return { result: redis.url, shown: `${redis.url.slice(8)}, ${basename(program)}` };
  });
};
